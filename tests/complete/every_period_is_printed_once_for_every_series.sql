-- A release has every month from its first to its last and every year, once per series.
-- Exhibit 1 also has the year to date of each earlier year and the month before as
-- previously published. The expected periods come from a calendar, not from the cells.
-- Grain of a failure: a release, period and series, missing or surplus.
with releases as (
    select * from {{ ref('stg_releases') }}
),

digits as (
    select ten.digit
    from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as ten (digit)
),

-- Months are counted from zero, so a year begins at a multiple of twelve.
months as (
    select
        releases.release_id,
        releases.release_table,
        releases.last_month,
        {{ month_number('releases.first_month') }} - 1
        + 100 * hundreds.digit + 10 * tens.digit + ones.digit as month_number
    from releases
    cross join digits as hundreds
    cross join digits as tens
    cross join digits as ones
),

dates as (
    select
        release_id,
        release_table,
        last_month,
        make_date(
            cast(floor(month_number / 12.0) as integer), mod(month_number, 12) + 1, 1
        ) as month_date
    from months
),

periods as (
    select
        release_id,
        'month' as period_type,
        month_date as period_start,
        last_day(month_date) as period_end
    from dates
    where month_date <= last_month
    union all
    select
        release_id,
        case when month(max(month_date)) = 12 then 'year' else 'part_year' end
            as period_type,
        make_date(year(month_date), 1, 1) as period_start,
        last_day(max(month_date)) as period_end
    from dates
    where month_date <= last_month
    group by release_id, year(month_date)
    union all
    select
        release_id,
        'year_to_date' as period_type,
        make_date(year(month_date), 1, 1) as period_start,
        last_day(month_date) as period_end
    from dates
    where
        release_table = 'exhibit_1'
        and year(month_date) < year(last_month)
        and month(month_date) = month(last_month)
        and month(last_month) < 12
    union all
    select
        release_id,
        'as_previously_published' as period_type,
        month_date as period_start,
        last_day(month_date) as period_end
    from dates
    where
        release_table = 'exhibit_1'
        and {{ month_number('month_date') }} = {{ month_number('last_month') }} - 1
),

expected as (
    select
        periods.*,
        series.series_id,
        1 as times_printed
    from periods
    cross join {{ ref('series') }} as series
),

found as (
    select
        release_id,
        period_type,
        period_start,
        period_end,
        series_id,
        count(published_musd) as times_printed
    from {{ ref('int_cells') }}
    group by release_id, period_type, period_start, period_end, series_id
),

surplus as (
    select * from found
    except
    select * from expected
),

missing as (
    select * from expected
    except
    select * from found
)

select
    'surplus' as fault,
    *
from surplus
union all
select
    'missing' as fault,
    *
from missing
