-- Is there seasonality left in the seasonally adjusted months? For each month of the
-- year: how far it lies on average from the centered twelve-month average, in percent,
-- and the standard deviation of the years around that mean (the spread). Over thirty
-- years, chance alone can move a mean by a third of its spread.
select
    months.month_name as month,
    count(*) as years,
    avg(exports.from_centred_average_pct) as exports_pct,
    stddev_samp(exports.from_centred_average_pct) as exports_spread_pct,
    avg(imports.from_centred_average_pct) as imports_pct,
    stddev_samp(imports.from_centred_average_pct) as imports_spread_pct
from marts.mart_trade_indicators as exports
inner join marts.mart_trade_indicators as imports
    on
        exports.month_date = imports.month_date
        and exports.component = imports.component
inner join marts.dim_month as months on exports.month_date = months.month_date
where
    exports.component = 'total'
    and exports.flow = 'exports'
    and imports.flow = 'imports'
    and exports.from_centred_average_pct is not null
group by months.month_number, months.month_name
order by months.month_number;
