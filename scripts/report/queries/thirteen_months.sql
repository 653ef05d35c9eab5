-- The last thirteen months, so that the latest stands beside the same month a year ago.
select
    strftime(month_date, '%B %Y') as month_words,
    cast(round(balance_total_musd * 0.001, 1) as decimal(18, 1)) as balance_total_busd,
    cast(round(balance_goods_musd * 0.001, 1) as decimal(18, 1)) as balance_goods_busd,
    cast(round(balance_services_musd * 0.001, 1) as decimal(18, 1))
        as balance_services_busd,
    cast(round(exports_total_musd * 0.001, 1) as decimal(18, 1)) as exports_total_busd,
    cast(round(exports_goods_musd * 0.001, 1) as decimal(18, 1)) as exports_goods_busd,
    cast(round(exports_services_musd * 0.001, 1) as decimal(18, 1))
        as exports_services_busd,
    cast(round(imports_total_musd * 0.001, 1) as decimal(18, 1)) as imports_total_busd,
    cast(round(imports_goods_musd * 0.001, 1) as decimal(18, 1)) as imports_goods_busd,
    cast(round(imports_services_musd * 0.001, 1) as decimal(18, 1))
        as imports_services_busd
from marts.mart_trade_wide
order by month_date desc
limit 13;
