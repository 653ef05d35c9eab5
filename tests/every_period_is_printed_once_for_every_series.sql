-- Every month from a release's first to its last, and every year of them, once for each
-- series, and nothing else. The expectation is counted out on a calendar, not on the
-- cells. Grain of a failure: a release, period and series, missing or surplus.
with releases as (
    select stg_releases.*
    from {{ ref('stg_releases') }} as stg_releases
    inner join {{ ref('int_release_gate') }} as gate
        on stg_releases.release_id = gate.release_id
),

series as (
    select * from {{ ref('stg_series') }}
),

months as (
    select
        release_id,
        cast(unnest(generate_series(first_month, last_month, interval 1 month)) as date)
            as month_date
    from releases
),

periods as (
    select
        release_id,
        'month' as period_type,
        month_date as period_start,
        last_day(month_date) as period_end
    from months
    union all
    select
        release_id,
        'year' as period_type,
        make_date(year(month_date), 1, 1) as period_start,
        last_day(max(month_date)) as period_end
    from months
    group by release_id, year(month_date)
),

expected as (
    select
        periods.*,
        series.series_id
    from periods
    cross join series
),

found as (
    select
        release_id,
        period_type,
        period_start,
        period_end,
        series_id
    from {{ ref('int_cells') }}
    where published_musd is not null
),

missing as (
    select * from expected
    except all
    select * from found
),

surplus as (
    select * from found
    except all
    select * from expected
)

select
    'missing' as fault,
    *
from missing
union all
select
    'surplus' as fault,
    *
from surplus
