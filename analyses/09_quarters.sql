-- What do exports, imports and the balance add up to by quarter? Flows are summed,
-- never averaged; the last twelve quarters, of which the last may still lack months.
select
    months.year,
    months.quarter,
    count(*) as months,
    sum(trade.exports_total_busd) as exports_busd,
    sum(trade.imports_total_busd) as imports_busd,
    sum(trade.balance_total_busd) as balance_busd
from marts.mart_trade_wide as trade
inner join marts.dim_month as months on trade.month_date = months.month_date
group by months.year, months.quarter
order by months.year desc, months.quarter desc
limit 12;
