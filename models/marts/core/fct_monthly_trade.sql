select
    month_date,
    cast(year(month_date) as integer) as year,
    cast(quarter(month_date) as integer) as quarter,
    component,
    release_id,
    line_number,
    exports_musd,
    imports_musd,
    balance_musd,
    {{ busd('exports_musd') }} as exports_busd,
    {{ busd('imports_musd') }} as imports_busd,
    {{ busd('balance_musd') }} as balance_busd,
    balance_musd - (exports_musd - imports_musd) as balance_residual_musd,
    is_revised,
    has_known_discrepancy
from {{ ref('fct_monthly_trade_vintages') }}
where is_current
order by month_date, component
