-- Which were the best and the worst months for the balance of goods and services?
-- Ranked in percent of exports and imports together: in dollars the worst would all be
-- recent ones, when everything is larger.
with months as (
    select
        month_date,
        balance_total_musd,
        100 * balance_total_musd / (exports_total_musd + imports_total_musd)
            as balance_pct_of_trade
    from marts.mart_trade_wide
),

ranked as (
    select
        *,
        row_number() over (order by balance_pct_of_trade desc) as best,
        row_number() over (order by balance_pct_of_trade asc) as worst
    from months
)

select
    if(best <= 5, 'best', 'worst') as kind,
    least(best, worst) as place,
    strftime(month_date, '%Y-%m') as month,
    round(balance_total_musd * 0.001, 1) as balance_busd,
    round(balance_pct_of_trade, 1) as balance_pct_of_trade
from ranked
where
    best <= 5
    or worst <= 5
order by kind, place;
