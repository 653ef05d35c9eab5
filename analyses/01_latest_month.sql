-- How does the latest month compare with the month before, and with the same month of
-- the year before? In billions of dollars and percent. A deficit that grows is a
-- negative change of the balance and a positive percent.
select
    strftime(indicators.month_date, '%Y-%m') as month,
    indicators.component,
    indicators.flow,
    round(indicators.value_musd * 0.001, 1) as value_busd,
    round(indicators.change_musd * 0.001, 1) as change_busd,
    round(indicators.change_pct, 1) as change_pct,
    round(indicators.change_from_year_ago_musd * 0.001, 1) as from_year_ago_busd,
    round(indicators.change_from_year_ago_pct, 1) as from_year_ago_pct
from marts.mart_trade_indicators as indicators
inner join marts.dim_month as months on indicators.month_date = months.month_date
inner join marts.dim_series as series
    on
        indicators.component = series.component
        and indicators.flow = series.flow
where months.is_latest
order by series.component = 'total' desc, series.component asc, series.flow asc;
