with sums as (
    {% for span, column in [
        ('month', 'month_musd'),
        ('twelve_months', 'twelve_months_musd'),
        ('year_to_date', 'year_to_date_musd'),
    ] %}
        select
            month_date,
            '{{ span }}' as span,
            {% for series in [
                'balance_total', 'balance_goods', 'balance_services', 'exports_total',
                'exports_services', 'imports_total', 'imports_services',
            ] %}
                max({{ column }}) filter (where series_id = '{{ series }}')
                    as {{ series }}{{ ',' if not loop.last }}
            {% endfor %}
        from {{ ref('int_series_sums') }}
        where
            is_current
            and {{ column }} is not null
        group by month_date
        {{ 'union all' if not loop.last }}
    {% endfor %}
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
from sums
order by month_date, span
