with cells as (
    select
        *,
        {{ month_number('period_start') }} as month_number
    from {{ ref('int_valid_cells') }}
    where period_type = 'month'
),

-- Each month twice: among the current numbers, and among its own release's, which the
-- front page of that release used.
editions as (
    select
        *,
        'current' as edition
    from cells
    where is_current
    union all
    select
        *,
        release_id as edition
    from cells
    where estimate_number <= 24
),

years_to_date as (
    select
        *,
        case
            when month(period_start) = count(*) over year_so_far
                then cast(sum(published_musd) over year_so_far as bigint)
        end as year_to_date_musd,
        cast(sum(published_musd) over whole_quarter as bigint) as quarter_musd,
        cast(count(*) over whole_quarter as integer) as months_of_quarter
    from editions
    window
        year_so_far as (
            partition by edition, series_id, year(period_start) order by month_number
        ),
        whole_quarter as (
            partition by
                edition, series_id, year(period_start), quarter(period_start)
        )
),

sums as (
    select
        *,
        {{ sum_of_months(1, 1) }} as month_ago_musd,
        {{ sum_of_months(12, 12) }} as year_ago_musd,
        {{ sum_of_months(2, 0) }} as three_months_musd,
        {{ sum_of_months(3, 1) }} as three_months_month_ago_musd,
        {{ sum_of_months(5, 3) }} as three_months_quarter_ago_musd,
        {{ sum_of_months(14, 12) }} as three_months_year_ago_musd,
        {{ sum_of_months(11, 0) }} as twelve_months_musd,
        {{ sum_of_months(6, -5) }}
        + {{ sum_of_months(5, -6) }} as centred_24_months_musd,
        max(year_to_date_musd) over (
            partition by edition, series_id
            order by month_number
            range between 12 preceding and 12 preceding
        ) as year_to_date_year_ago_musd
    from years_to_date
)

select
    sums.release_id,
    sums.period_start as month_date,
    series.series_id,
    series.component,
    series.flow,
    series.sort_order,
    cast(sums.published_musd as bigint) as month_musd,
    sums.month_ago_musd,
    sums.year_ago_musd,
    sums.three_months_musd,
    sums.three_months_month_ago_musd,
    sums.three_months_quarter_ago_musd,
    sums.three_months_year_ago_musd,
    sums.quarter_musd,
    sums.months_of_quarter,
    sums.twelve_months_musd,
    sums.centred_24_months_musd,
    sums.year_to_date_musd,
    sums.year_to_date_year_ago_musd,
    sums.edition = 'current' as is_current,
    sums.edition != 'current' or sums.estimate_number > 1 as is_front_page
from sums
inner join {{ ref('series') }} as series on sums.series_id = series.series_id
where
    sums.edition = 'current'
    or sums.estimate_number = 1
