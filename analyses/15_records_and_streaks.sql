-- What records did the latest month set, what was last seen when, and what has been
-- rising or falling for how long? The lowest balance is the largest deficit.
select
    strftime(records.month_date, '%Y-%m') as month,
    records.component,
    records.flow,
    round(records.value_musd * 0.001, 1) as value_busd,
    if(
        records.is_record_high,
        'a record',
        strftime(records.highest_since, '%B %Y')
    ) as highest_since,
    if(
        records.is_record_low,
        'a record',
        strftime(records.lowest_since, '%B %Y')
    ) as lowest_since,
    records.streak_months
from marts.mart_trade_records as records
inner join marts.dim_month as months on records.month_date = months.month_date
where months.is_latest
order by records.component = 'total' desc, records.component asc, records.flow asc;
