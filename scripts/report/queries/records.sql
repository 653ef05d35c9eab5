-- Where each series stands among all its months, how long it has been moving one way,
-- and its records so far: none, where the months do not begin in 1992 or have a gap.
select
    dim_series.title,
    latest.month_date,
    latest.flow,
    latest.component,
    latest.value_busd,
    latest.highest_since,
    latest.lowest_since,
    latest.is_record_high,
    latest.streak_months,
    highest.value_busd as high_busd,
    highest.month_date as high_month,
    lowest.value_busd as low_busd,
    lowest.month_date as low_month,
    (
        select max(records.month_date)
        from marts.mart_trade_records as records
        where records.streak_months is null
    ) as first_month
from marts.mart_trade_records as latest
inner join marts.dim_month
    on
        latest.month_date = dim_month.month_date
        and dim_month.is_latest
inner join marts.dim_series
    on
        latest.component = dim_series.component
        and latest.flow = dim_series.flow
left join marts.mart_trade_records as highest
    on
        latest.component = highest.component
        and latest.flow = highest.flow
        and latest.record_high_month = highest.month_date
left join marts.mart_trade_records as lowest
    on
        latest.component = lowest.component
        and latest.flow = lowest.flow
        and latest.record_low_month = lowest.month_date
order by latest.sort_order;
