-- How much of the goods deficit does the services surplus pay for? In billions of
-- dollars, by year.
with goods as (
    select
        year,
        -balance_musd as deficit_musd
    from marts.fct_annual_trade
    where component = 'goods'
),

services as (
    select
        year,
        balance_musd as surplus_musd
    from marts.fct_annual_trade
    where component = 'services'
)

select
    goods.year,
    round(goods.deficit_musd * 0.001, 1) as goods_deficit_busd,
    round(services.surplus_musd * 0.001, 1) as services_surplus_busd,
    round(100 * services.surplus_musd / goods.deficit_musd, 1) as paid_for_pct
from goods
inner join services on goods.year = services.year
order by goods.year;
