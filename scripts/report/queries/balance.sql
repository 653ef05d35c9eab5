-- Exports, imports and the balance of goods and services, month by month.
select
    month_date,
    exports_total_busd as exports_busd,
    imports_total_busd as imports_busd,
    balance_total_busd as balance_busd
from marts.mart_trade_wide
order by month_date;
