-- Exports and imports of goods and services: change from the same month a year before.
select
    month_date,
    max(change_from_year_ago_pct) filter (where flow = 'exports') as exports_pct,
    max(change_from_year_ago_pct) filter (where flow = 'imports') as imports_pct,
    cast(round(exports_pct, 1) as decimal(18, 1)) as exports_shown,
    cast(round(imports_pct, 1) as decimal(18, 1)) as imports_shown,
    if(exports_pct >= imports_pct, 1, 0) as exports_is_above,
    if(exports_pct >= imports_pct, 0, 1) as imports_is_above
from marts.mart_trade_indicators
where
    component = 'total'
    and flow != 'balance'
    and change_from_year_ago_pct is not null
group by month_date
order by month_date;
