-- What do exports, imports and the balance add up to by quarter? The last twelve
-- quarters, in billions of dollars, with the percent change from a year earlier. The
-- latest quarter may still lack months, and then has no change.
select
    year,
    quarter,
    months_covered,
    exports_busd,
    imports_busd,
    balance_busd,
    exports_change_from_year_ago_pct as exports_pct,
    imports_change_from_year_ago_pct as imports_pct
from marts.fct_quarterly_trade
where component = 'total'
order by year desc, quarter desc
limit 12;
