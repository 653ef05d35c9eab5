with cells as (
    select * from {{ ref('int_cells') }}
),

-- Every window frame is a span of the calendar, not a number of rows: where a month is
-- missing, what would have been compared with it is null, never compared with another.
to_the_month as (
    select
        release_id,
        component,
        flow,
        published_musd as value_musd,
        case
            when count(*) over three_months = 3
                then cast(sum(published_musd) over three_months as bigint)
        end as three_month_sum_musd,
        case
            when count(*) over year_so_far = month(period_start)
                then cast(sum(published_musd) over year_so_far as bigint)
        end as year_to_date_musd,
        case
            when count(*) over twelve_months = 12
                then cast(sum(published_musd) over twelve_months as bigint)
        end as trailing_12_months_musd,
        period_start as month_date
    from cells
    where period_type = 'month'
    window
        three_months as (
            partition by release_id, component, flow
            order by period_start
            range between interval 2 month preceding and current row
        ),
        year_so_far as (
            partition by release_id, component, flow, year(period_start)
            order by period_start
            range between unbounded preceding and current row
        ),
        twelve_months as (
            partition by release_id, component, flow
            order by period_start
            range between interval 11 month preceding and current row
        )
)

select
    release_id,
    component,
    flow,
    value_musd,
    any_value(value_musd) over a_month_ago as month_ago_musd,
    any_value(value_musd) over a_year_ago as year_ago_musd,
    three_month_sum_musd,
    any_value(three_month_sum_musd) over a_month_ago as month_ago_three_month_sum_musd,
    any_value(three_month_sum_musd) over a_year_ago as year_ago_three_month_sum_musd,
    year_to_date_musd,
    any_value(year_to_date_musd) over a_year_ago as year_ago_year_to_date_musd,
    trailing_12_months_musd,
    month_date
from to_the_month
window
    a_month_ago as (
        partition by release_id, component, flow
        order by month_date
        range between interval 1 month preceding and interval 1 month preceding
    ),
    a_year_ago as (
        partition by release_id, component, flow
        order by month_date
        range between interval 12 month preceding and interval 12 month preceding
    )
