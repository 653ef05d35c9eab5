-- The last thirteen months, so that the latest stands beside the same month a year ago.
select
    month_date,
    balance_total_busd,
    balance_goods_busd,
    balance_services_busd,
    exports_total_busd,
    exports_goods_busd,
    exports_services_busd,
    imports_total_busd,
    imports_goods_busd,
    imports_services_busd
from marts.mart_trade_wide
order by month_date desc
limit 13;
