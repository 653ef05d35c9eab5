-- How does the latest month compare with the month before, and with the same month of
-- the year before? In billions of dollars and percent. Where a deficit grows, the
-- change of the balance is negative and its percent change positive.
select
    months.year_month as month,
    indicators.component,
    indicators.flow,
    indicators.value_busd,
    indicators.change_busd,
    indicators.change_pct,
    indicators.change_from_year_ago_busd,
    indicators.change_from_year_ago_pct
from marts.mart_trade_indicators as indicators
inner join marts.dim_month as months on indicators.month_date = months.month_date
where months.is_latest
order by indicators.sort_order;
