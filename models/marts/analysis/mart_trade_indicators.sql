with sums as (
    select * from {{ ref('int_series_sums') }}
    where is_current
),

months as (
    select * from sums
    where span = 'month'
),

three_months as (
    select * from sums
    where span = 'three_months'
),

years_to_date as (
    select * from sums
    where span = 'year_to_date'
),

twelve_months as (
    select * from sums
    where span = 'twelve_months'
),

series as (
    select * from {{ ref('series') }}
)

select
    months.month_date,
    months.component,
    months.flow,
    series.sort_order,
    months.release_id,
    months.sum_musd as value_musd,
    {{ busd('months.sum_musd') }} as value_busd,
    months.sum_musd - months.month_ago_sum_musd as change_musd,
    {{ busd('(months.sum_musd - months.month_ago_sum_musd)') }} as change_busd,
    {{ percent_change('months.sum_musd', 'months.month_ago_sum_musd') }} as change_pct,
    months.sum_musd - months.year_ago_sum_musd as change_from_year_ago_musd,
    {{ busd('(months.sum_musd - months.year_ago_sum_musd)') }}
        as change_from_year_ago_busd,
    {{ percent_change('months.sum_musd', 'months.year_ago_sum_musd') }}
        as change_from_year_ago_pct,
    {{ rounded_ratio('three_months.sum_musd', 3, 3) }} as three_month_average_musd,
    {{ rounded_ratio('three_months.sum_musd', 3000, 6) }} as three_month_average_busd,
    {{ rounded_ratio(
        '(three_months.sum_musd - three_months.month_ago_sum_musd)', 3, 3
    ) }} as three_month_average_change_musd,
    {{ rounded_ratio(
        '(three_months.sum_musd - three_months.year_ago_sum_musd)', 3, 3
    ) }} as three_month_average_change_from_year_ago_musd,
    years_to_date.sum_musd as year_to_date_musd,
    {{ busd('years_to_date.sum_musd') }} as year_to_date_busd,
    years_to_date.sum_musd
    - years_to_date.year_ago_sum_musd as year_to_date_change_musd,
    {{ percent_change('years_to_date.sum_musd', 'years_to_date.year_ago_sum_musd') }}
        as year_to_date_change_pct,
    twelve_months.sum_musd as trailing_12_months_musd,
    {{ busd('twelve_months.sum_musd') }} as trailing_12_months_busd,
    -- The two spans of twelve months that straddle the month, which is the seventh of
    -- one and the sixth of the other.
    {{ percent_change(
        '(24 * months.sum_musd)', '(ends_in_5.sum_musd + ends_in_6.sum_musd)'
    ) }} as from_centred_average_pct
from months
inner join three_months
    on
        months.month_date = three_months.month_date
        and months.component = three_months.component
        and months.flow = three_months.flow
inner join years_to_date
    on
        months.month_date = years_to_date.month_date
        and months.component = years_to_date.component
        and months.flow = years_to_date.flow
inner join twelve_months
    on
        months.month_date = twelve_months.month_date
        and months.component = twelve_months.component
        and months.flow = twelve_months.flow
left join twelve_months as ends_in_5
    on
        months.month_date + interval 5 month = ends_in_5.month_date
        and months.component = ends_in_5.component
        and months.flow = ends_in_5.flow
left join twelve_months as ends_in_6
    on
        months.month_date + interval 6 month = ends_in_6.month_date
        and months.component = ends_in_6.component
        and months.flow = ends_in_6.flow
inner join series
    on
        months.component = series.component
        and months.flow = series.flow
order by months.month_date, series.sort_order
