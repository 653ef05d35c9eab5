-- The balance of goods against that of services, month by month, and the two together.
select
    month_date,
    balance_goods_busd as goods_busd,
    balance_services_busd as services_busd,
    balance_total_busd as total_busd
from marts.mart_trade_wide
order by month_date;
