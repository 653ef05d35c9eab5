-- How fast have exports and imports grown, year by year? In percent of the year before,
-- in nominal dollars. A year that still lacks months is compared with the same months
-- of the year before.
select
    years.year,
    years.months_covered,
    exports.year_to_date_change_pct as exports_pct,
    imports.year_to_date_change_pct as imports_pct
from marts.fct_annual_trade as years
inner join marts.mart_trade_indicators as exports
    on
        years.last_month = exports.month_date
        and years.component = exports.component
inner join marts.mart_trade_indicators as imports
    on
        years.last_month = imports.month_date
        and years.component = imports.component
where
    years.component = 'total'
    and exports.flow = 'exports'
    and imports.flow = 'imports'
    and exports.year_to_date_change_pct is not null
order by years.year desc;
