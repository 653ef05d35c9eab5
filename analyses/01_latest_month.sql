-- How does the latest month compare with the month before, and with the same month of
-- the year before? In billions of dollars and percent. A deficit that grows is a
-- negative change of the balance and a positive percent.
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
