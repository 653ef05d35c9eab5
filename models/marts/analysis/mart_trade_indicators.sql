with latest as (
    select release_id
    from {{ ref('int_release_gate') }}
    where is_latest
),

transforms as (
    select series_transforms.*
    from {{ ref('int_series_transforms') }} as series_transforms
    inner join latest on series_transforms.release_id = latest.release_id
)

select
    month_date,
    component,
    flow,
    value_musd,
    value_musd - month_ago_musd as change_musd,
    {{ percent_change('value_musd', 'month_ago_musd') }} as change_pct,
    value_musd - year_ago_musd as change_from_year_ago_musd,
    {{ percent_change('value_musd', 'year_ago_musd') }} as change_from_year_ago_pct,
    {{ rounded_ratio('three_month_sum_musd', 3, 3) }} as three_month_average_musd,
    {{ rounded_ratio(
        '(three_month_sum_musd - month_ago_three_month_sum_musd)', 3, 3
    ) }} as three_month_average_change_musd,
    {{ rounded_ratio(
        '(three_month_sum_musd - year_ago_three_month_sum_musd)', 3, 3
    ) }} as three_month_average_change_from_year_ago_musd,
    year_to_date_musd,
    year_to_date_musd - year_ago_year_to_date_musd as year_to_date_change_musd,
    {{ percent_change('year_to_date_musd', 'year_ago_year_to_date_musd') }}
        as year_to_date_change_pct,
    trailing_12_months_musd
from transforms
order by month_date, component, flow
