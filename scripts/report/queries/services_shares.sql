-- How far the surplus of services makes up for the deficit of goods: in each month, and
-- after it in the twelve months to it, where there are as many.
select
    shares.span,
    shares.month_date,
    shares.services_pct_of_goods_deficit as paid_for_pct,
    if(shares.span = 'month', goods.value_busd, goods.trailing_12_months_busd)
        as goods_busd,
    if(shares.span = 'month', services.value_busd, services.trailing_12_months_busd)
        as services_busd
from marts.mart_trade_shares as shares
inner join marts.mart_trade_indicators as goods
    on
        shares.month_date = goods.month_date
        and goods.component = 'goods'
        and goods.flow = 'balance'
inner join marts.mart_trade_indicators as services
    on
        shares.month_date = services.month_date
        and services.component = 'services'
        and services.flow = 'balance'
where shares.span in ('month', 'twelve_months')
order by shares.month_date, shares.span;
