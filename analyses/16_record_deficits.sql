-- When was the deficit in goods and services a record, and how long did that record
-- stand? The records that stood for a year or more.
with records as (
    select
        month_date,
        value_musd,
        lead(month_date) over (order by month_date) as broken
    from marts.mart_trade_records
    where
        component = 'total'
        and flow = 'balance'
        and is_record_low
)

select
    strftime(records.month_date, '%Y-%m') as month,
    round(-records.value_musd * 0.001, 1) as deficit_busd,
    coalesce(strftime(records.broken, '%Y-%m'), 'stands') as broken,
    datediff('month', records.month_date, coalesce(records.broken, latest.month_date))
        as months_it_stood
from records
inner join marts.dim_month as latest on latest.is_latest
where months_it_stood >= 12
order by records.month_date;
