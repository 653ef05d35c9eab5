-- How much of the goods deficit does the services surplus offset? In billions of
-- dollars and percent, by year. A deficit is a negative balance. The latest year may
-- still lack months.
select
    goods.year,
    goods.months_covered,
    goods.balance_busd as goods_balance_busd,
    services.balance_busd as services_balance_busd,
    shares.services_pct_of_goods_deficit
from marts.fct_annual_trade as goods
inner join marts.fct_annual_trade as services on goods.year = services.year
inner join marts.mart_trade_shares as shares on goods.last_month = shares.month_date
where
    goods.component = 'goods'
    and services.component = 'services'
    and shares.period = 'year_to_date'
order by goods.year desc;
