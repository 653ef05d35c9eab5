with latest as (
    select release_id
    from {{ ref('int_release_gate') }}
    where is_latest
),

months as (
    select
        transforms.month_date,
        transforms.component,
        transforms.flow,
        transforms.value_musd,
        sign(transforms.value_musd - transforms.month_ago_musd) as direction
    from {{ ref('int_series_transforms') }} as transforms
    inner join latest on transforms.release_id = latest.release_id
),

-- Each month beside all that came before it.
compared as (
    select
        months.month_date,
        months.component,
        months.flow,
        months.value_musd,
        months.direction,
        count(earlier.month_date) as earlier_months,
        max(earlier.month_date) filter (where earlier.value_musd >= months.value_musd)
            as highest_since,
        max(earlier.month_date) filter (where earlier.value_musd <= months.value_musd)
            as lowest_since,
        max(earlier.month_date) filter (
            where earlier.direction is distinct from months.direction
        ) as last_month_of_another_direction
    from months
    left join months as earlier
        on
            months.component = earlier.component
            and months.flow = earlier.flow
            and months.month_date > earlier.month_date
    group by
        months.month_date,
        months.component,
        months.flow,
        months.value_musd,
        months.direction
)

select
    month_date,
    component,
    flow,
    value_musd,
    cast(
        direction * datediff('month', last_month_of_another_direction, month_date)
        as integer
    ) as streak_months,
    highest_since,
    lowest_since,
    -- The first month has nothing to beat: null, neither true nor false.
    case when earlier_months > 0 then highest_since is null end as is_record_high,
    case when earlier_months > 0 then lowest_since is null end as is_record_low
from compared
order by month_date, component, flow
