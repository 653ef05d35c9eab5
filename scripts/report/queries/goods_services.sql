-- The balance of goods against that of services, month by month, and the two together.
select
    month_date,
    balance_goods_musd * 0.001 as goods_busd,
    balance_services_musd * 0.001 as services_busd,
    balance_total_musd * 0.001 as total_busd,
    cast(round(balance_goods_musd * 0.001, 1) as decimal(18, 1)) as goods_shown,
    cast(round(balance_services_musd * 0.001, 1) as decimal(18, 1)) as services_shown,
    cast(round(balance_total_musd * 0.001, 1) as decimal(18, 1)) as total_shown
from marts.mart_trade_wide
order by month_date;
