with sums as (
    select * from {{ ref('int_series_sums') }}
    where
        is_current
        and span in ('month', 'twelve_months', 'year_to_date')
        and sum_musd is not null
),

-- The nine series beside each other, as far as they are needed.
wide as (
    select
        {% for flow, component in [
            ('balance', 'total'), ('balance', 'goods'), ('balance', 'services'),
            ('exports', 'total'), ('exports', 'services'),
            ('imports', 'total'), ('imports', 'services'),
        ] %}
            max(
                case
                    when flow = '{{ flow }}' and component = '{{ component }}'
                        then sum_musd
                end
            ) as {{ flow }}_{{ component }},
        {% endfor %}
        month_date,
        span
    from sums
    group by month_date, span
)

select
    month_date,
    span,
    {{ rounded_ratio('(100 * balance_total)', '(exports_total + imports_total)', 9) }}
        as balance_pct_of_trade,
    {{ rounded_ratio('(100 * exports_services)', 'exports_total', 9) }}
        as services_pct_of_exports,
    {{ rounded_ratio('(100 * imports_services)', 'imports_total', 9) }}
        as services_pct_of_imports,
    case
        when balance_services > 0 and balance_goods < 0
            then {{ rounded_ratio('(-100 * balance_services)', 'balance_goods', 9) }}
    end as services_pct_of_goods_deficit
from wide
order by month_date, span
