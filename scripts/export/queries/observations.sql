-- The current number of each series and month, with the release and line that print it.
select
    series.flow,
    series.component,
    strftime(trade.month_date, '%Y-%m') as time_period,
    trade.value_musd as obs_value,
    series.title,
    printed.release_id as release,
    printed.line_number
from marts.mart_trade_indicators as trade
inner join marts.dim_series as series
    on trade.flow = series.flow and trade.component = series.component
inner join marts.fct_monthly_trade as printed
    on
        trade.month_date = printed.month_date
        and trade.component = printed.component
order by series.sort_order, trade.month_date;
