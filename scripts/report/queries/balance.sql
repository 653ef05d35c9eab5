-- Exports, imports and the balance of goods and services, month by month: in billions,
-- and rounded to the one decimal that is read out.
select
    month_date,
    exports_total_musd * 0.001 as exports_busd,
    imports_total_musd * 0.001 as imports_busd,
    balance_total_musd * 0.001 as balance_busd,
    cast(round(exports_total_musd * 0.001, 1) as decimal(18, 1)) as exports_shown,
    cast(round(imports_total_musd * 0.001, 1) as decimal(18, 1)) as imports_shown,
    cast(round(balance_total_musd * 0.001, 1) as decimal(18, 1)) as balance_shown
from marts.mart_trade_wide
order by month_date;
