-- The balance of each month, and its average over three, which evens the months out.
select
    month_date,
    value_busd as month_busd,
    three_month_average_busd as average_busd
from marts.mart_trade_indicators
where
    component = 'total'
    and flow = 'balance'
order by month_date;
