select
    month_date,
    component,
    flow,
    sort_order,
    release_id,
    month_musd as value_musd,
    {{ busd('month_musd') }} as value_busd,
    month_musd - month_ago_musd as change_musd,
    {{ busd('(month_musd - month_ago_musd)') }} as change_busd,
    {{ percent_change('month_musd', 'month_ago_musd') }} as change_pct,
    month_musd - year_ago_musd as change_from_year_ago_musd,
    {{ busd('(month_musd - year_ago_musd)') }} as change_from_year_ago_busd,
    {{ percent_change('month_musd', 'year_ago_musd') }} as change_from_year_ago_pct,
    {{ ratio('three_months_musd', 3, 3) }} as three_month_average_musd,
    {{ ratio('three_months_musd', 3000, 6) }} as three_month_average_busd,
    {{ ratio('(three_months_musd - three_months_month_ago_musd)', 3, 3) }}
        as three_month_average_change_musd,
    {{ ratio('(three_months_musd - three_months_year_ago_musd)', 3, 3) }}
        as three_month_average_change_from_year_ago_musd,
    year_to_date_musd,
    {{ busd('year_to_date_musd') }} as year_to_date_busd,
    year_to_date_musd - year_to_date_year_ago_musd as year_to_date_change_musd,
    {{ percent_change('year_to_date_musd', 'year_to_date_year_ago_musd') }}
        as year_to_date_change_pct,
    twelve_months_musd as trailing_12_months_musd,
    {{ busd('twelve_months_musd') }} as trailing_12_months_busd,
    {{ percent_change('(24 * month_musd)', 'centred_24_months_musd') }}
        as from_centred_average_pct
from {{ ref('int_series_sums') }}
where is_current
order by month_date, sort_order
