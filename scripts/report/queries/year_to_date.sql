-- The year so far and the same months of the five years before. A deficit is minus the
-- balance.
with latest as (
    select
        year,
        month_number
    from marts.dim_month
    where is_latest
)

select
    case indicators.flow
        when 'exports' then 'Exports'
        when 'imports' then 'Imports'
        else 'Deficit'
    end as flow_words,
    dim_month.year,
    if(indicators.flow = 'balance', -1, 1) * indicators.year_to_date_musd as sum_musd,
    sum_musd * 0.001 as sum_busd,
    cast(round(sum_musd * 0.001, 1) as decimal(18, 1)) as sum_shown,
    if(dim_month.year = latest.year, 1, 0) as is_latest,
    if(latest.month_number = 1, '', 'January to ') || dim_month.month_name || ' '
    || dim_month.year as months_words
from marts.mart_trade_indicators as indicators
inner join marts.dim_month on indicators.month_date = dim_month.month_date
inner join latest on dim_month.month_number = latest.month_number
where
    indicators.component = 'total'
    and indicators.year_to_date_musd is not null
    and dim_month.year between latest.year - 5 and latest.year
order by
    list_position(['exports', 'imports', 'balance'], indicators.flow),
    dim_month.year;
