select
    month_date,
    component,
    release_id,
    line_number,
    exports_musd,
    imports_musd,
    balance_musd,
    balance_musd - (exports_musd - imports_musd) as balance_residual_musd,
    is_revised,
    has_accepted_break
from {{ ref('fct_monthly_trade_vintages') }}
where is_current
order by month_date, component
