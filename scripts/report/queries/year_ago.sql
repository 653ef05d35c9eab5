-- Exports and imports of goods and services: change from the same month a year before.
select
    exports.month_date,
    exports.change_from_year_ago_pct as exports_pct,
    imports.change_from_year_ago_pct as imports_pct
from marts.mart_trade_indicators as exports
inner join marts.mart_trade_indicators as imports
    on
        exports.month_date = imports.month_date
        and exports.component = imports.component
where
    exports.component = 'total'
    and exports.flow = 'exports'
    and imports.flow = 'imports'
    and exports.change_from_year_ago_pct is not null
order by exports.month_date;
