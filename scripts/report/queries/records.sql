-- Where each series stands among all its months, how long it has been moving one way,
-- and its records so far.
select
    dim_series.title,
    latest.value_busd,
    standings.sentence as standing,
    movements.sentence as movement,
    highest.value_busd as high_busd,
    highest.month_date as high_month,
    lowest.value_busd as low_busd,
    lowest.month_date as low_month
from marts.mart_trade_records as latest
inner join marts.dim_month
    on
        latest.month_date = dim_month.month_date
        and dim_month.is_latest
inner join marts.dim_series
    on
        latest.component = dim_series.component
        and latest.flow = dim_series.flow
inner join marts.mart_trade_records as highest
    on
        latest.component = highest.component
        and latest.flow = highest.flow
        and latest.record_high_month = highest.month_date
inner join marts.mart_trade_records as lowest
    on
        latest.component = lowest.component
        and latest.flow = lowest.flow
        and latest.record_low_month = lowest.month_date
inner join marts.mart_captions as standings
    on
        dim_series.series_id = standings.part
        and standings.picture = 'standing'
left join marts.mart_captions as movements
    on
        dim_series.series_id = movements.part
        and movements.picture = 'movement'
order by latest.sort_order;
