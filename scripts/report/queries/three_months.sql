-- The balance of each month, and its average over three, which evens the months out.
select
    month_date,
    value_musd * 0.001 as month_busd,
    three_month_average_musd * 0.001 as average_busd,
    cast(round(value_musd * 0.001, 1) as decimal(18, 1)) as month_shown,
    cast(round(three_month_average_musd * 0.001, 1) as decimal(18, 1)) as average_shown,
    if(value_musd >= three_month_average_musd, 1, 0) as month_is_above,
    if(value_musd >= three_month_average_musd, 0, 1) as average_is_above
from marts.mart_trade_indicators
where
    component = 'total'
    and flow = 'balance'
order by month_date;
