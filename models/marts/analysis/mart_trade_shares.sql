with sums as (
    select
        month_date,
        series_id,
        'month' as span,
        month_musd as sum_musd
    from {{ ref('int_series_sums') }}
    where is_current
    union all
    select
        month_date,
        series_id,
        'year_to_date' as span,
        year_to_date_musd as sum_musd
    from {{ ref('int_series_sums') }}
    where is_current
    union all
    select
        month_date,
        series_id,
        'twelve_months' as span,
        twelve_months_musd as sum_musd
    from {{ ref('int_series_sums') }}
    where is_current
),

side_by_side as (
    select
        month_date,
        span,
        max(sum_musd) filter (where series_id = 'balance_total') as balance_total,
        max(sum_musd) filter (where series_id = 'balance_goods') as balance_goods,
        max(sum_musd) filter (where series_id = 'balance_services') as balance_services,
        max(sum_musd) filter (where series_id = 'exports_total') as exports_total,
        max(sum_musd) filter (where series_id = 'exports_services') as exports_services,
        max(sum_musd) filter (where series_id = 'imports_total') as imports_total,
        max(sum_musd) filter (where series_id = 'imports_services') as imports_services
    from sums
    where sum_musd is not null
    group by month_date, span
)

select
    month_date,
    span,
    {{ ratio('100.0 * balance_total', '(exports_total + imports_total)') }}
        as balance_pct_of_trade,
    {{ ratio('100.0 * exports_services', 'exports_total') }} as services_pct_of_exports,
    {{ ratio('100.0 * imports_services', 'imports_total') }} as services_pct_of_imports,
    case
        when balance_services > 0 and balance_goods < 0
            then {{ ratio('-100.0 * balance_services', 'balance_goods') }}
    end as services_pct_of_goods_deficit
from side_by_side
order by month_date, span
