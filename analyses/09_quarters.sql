-- What do exports, imports and the balance add up to by quarter? Flows are summed,
-- never averaged; the last twelve quarters, of which the last may still lack months.
select
    months.year || ' Q' || months.quarter as quarter,
    count(*) as months,
    round(sum(trade.exports_musd) * 0.001, 1) as exports_busd,
    round(sum(trade.imports_musd) * 0.001, 1) as imports_busd,
    round(sum(trade.balance_musd) * 0.001, 1) as balance_busd
from marts.fct_monthly_trade as trade
inner join marts.dim_month as months on trade.month_date = months.month_date
inner join marts.dim_month as latest on latest.is_latest
where
    trade.component = 'total'
    and trade.month_date
    >= date_trunc('quarter', latest.month_date) - interval 11 quarter
group by months.year, months.quarter
order by months.year, months.quarter;
