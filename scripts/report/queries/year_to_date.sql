-- The year so far and the same months of the five years before.
select
    highlights.subject,
    highlights.month_date,
    dim_month.year,
    highlights.exact_value as sum_busd,
    dim_month.is_latest
from marts.mart_trade_highlights as highlights
inner join marts.fct_monthly_trade as facts
    on
        highlights.release_id = facts.release_id
        and highlights.month_date = facts.month_date
        and facts.component = 'total'
inner join marts.dim_month on highlights.month_date = dim_month.month_date
inner join marts.dim_month as latest
    on
        latest.is_latest
        and dim_month.month_number = latest.month_number
        and dim_month.year >= latest.year - 5
where
    highlights.measure = 'year_to_date'
    and highlights.subject in ('deficit', 'exports', 'imports')
order by highlights.sort_order, dim_month.year;
