-- What records did the latest month set, when was each series last as high or as low,
-- and for how long has it been rising or falling? The lowest balance is the largest
-- deficit. highest_since and lowest_since are empty for a record. A positive
-- streak_months counts the rises in a row, a negative one the falls.
select
    months.year_month as month,
    series.title,
    records.value_busd,
    strftime(records.highest_since, '%Y-%m') as highest_since,
    records.is_record_high,
    strftime(records.lowest_since, '%Y-%m') as lowest_since,
    records.is_record_low,
    records.streak_months
from marts.mart_trade_records as records
inner join marts.dim_month as months on records.month_date = months.month_date
inner join marts.dim_series as series
    on
        records.component = series.component
        and records.flow = series.flow
where months.is_latest
order by records.sort_order;
