{#  The sum of each period that ends with the month; null if none does. #}
{% set periods = {
    'month': 'month_musd',
    'quarter': 'case when mod(month(month_date), 3) = 0 then three_months_musd end',
    'year_to_date': 'year_to_date_musd',
    'year': 'case when month(month_date) = 12 then year_to_date_musd end',
    'twelve_months': 'twelve_months_musd',
} %}

with sums as (
    {% for period, sum_musd in periods.items() %}
        select
            month_date,
            series_id,
            '{{ period }}' as period,
            {{ sum_musd }} as sum_musd
        from {{ ref('int_series_sums') }}
        where is_current
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

side_by_side as (
    select
        month_date,
        period,
        max(sum_musd) filter (where series_id = 'balance_total') as balance_total,
        max(sum_musd) filter (where series_id = 'balance_goods') as balance_goods,
        max(sum_musd) filter (where series_id = 'balance_services') as balance_services,
        max(sum_musd) filter (where series_id = 'exports_total') as exports_total,
        max(sum_musd) filter (where series_id = 'exports_services') as exports_services,
        max(sum_musd) filter (where series_id = 'imports_total') as imports_total,
        max(sum_musd) filter (where series_id = 'imports_services') as imports_services
    from sums
    where sum_musd is not null
    group by month_date, period
)

select
    month_date,
    period,
    {{ ratio('100.0 * balance_total', '(exports_total + imports_total)') }}
        as balance_pct_of_trade,
    {{ ratio('100.0 * exports_services', 'exports_total') }} as services_pct_of_exports,
    {{ ratio('100.0 * imports_services', 'imports_total') }} as services_pct_of_imports,
    case
        when balance_services > 0 and balance_goods < 0
            then {{ ratio('-100.0 * balance_services', 'balance_goods') }}
    end as services_pct_of_goods_deficit
from side_by_side
order by month_date, period
