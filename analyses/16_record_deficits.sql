-- When was the deficit in goods and services a record, and how long did that record
-- stand? Only records that stood for more than twelve months, from their own month on.
select
    strftime(record_low_month, '%Y-%m') as month,
    min(value_busd) as balance_busd,
    strftime(max(month_date), '%Y-%m') as stood_through,
    count(*) as months_it_stood
from marts.mart_trade_records
where
    component = 'total'
    and flow = 'balance'
    and record_low_month is not null
group by record_low_month
having count(*) > 12
order by record_low_month;
