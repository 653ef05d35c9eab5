-- What records did the latest month set, what was last seen when, and what has been
-- rising or falling for how long? The lowest balance is the largest deficit; where
-- nothing was as high or as low before, it is a record.
select
    series.title,
    records.value_busd,
    records.highest_since,
    records.is_record_high,
    records.lowest_since,
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
