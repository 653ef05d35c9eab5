-- Which were the best and the worst months for the balance of goods and services?
-- The five best and the five worst, ranked in percent of exports and imports together.
-- Ranked in dollars, the worst would all be recent, because all of trade has grown.
with ranked as (
    select
        months.year_month as month,
        wide.balance_total_busd as balance_busd,
        shares.balance_pct_of_trade,
        row_number() over (order by shares.balance_pct_of_trade desc) as from_best,
        row_number() over (order by shares.balance_pct_of_trade asc) as from_worst
    from marts.mart_trade_wide as wide
    inner join marts.dim_month as months on wide.month_date = months.month_date
    inner join marts.mart_trade_shares as shares
        on
            wide.month_date = shares.month_date
            and shares.period = 'month'
)

select
    from_best as place,
    month,
    balance_busd,
    balance_pct_of_trade
from ranked
where
    from_best <= 5
    or from_worst <= 5
order by from_best;
