-- When was the deficit in goods and services a record, and how long did that record
-- stand? The records that stood for a year or more, their own month included.
select
    record_low_month as month,
    min(value_busd) as balance_busd,
    max(month_date) as stood_through,
    count(*) as months_it_stood
from marts.mart_trade_records
where
    component = 'total'
    and flow = 'balance'
group by record_low_month
having count(*) > 12
order by record_low_month;
