select
    period_start as month_date,
    balance_total as balance_total_musd,
    balance_goods as balance_goods_musd,
    balance_services as balance_services_musd,
    exports_total as exports_total_musd,
    exports_goods as exports_goods_musd,
    exports_services as exports_services_musd,
    imports_total as imports_total_musd,
    imports_goods as imports_goods_musd,
    imports_services as imports_services_musd,
    {{ busd('balance_total') }} as balance_total_busd,
    {{ busd('balance_goods') }} as balance_goods_busd,
    {{ busd('balance_services') }} as balance_services_busd,
    {{ busd('exports_total') }} as exports_total_busd,
    {{ busd('exports_goods') }} as exports_goods_busd,
    {{ busd('exports_services') }} as exports_services_busd,
    {{ busd('imports_total') }} as imports_total_busd,
    {{ busd('imports_goods') }} as imports_goods_busd,
    {{ busd('imports_services') }} as imports_services_busd
from {{ ref('int_valid_rows') }}
where
    is_current
    and period_type = 'month'
order by period_start
