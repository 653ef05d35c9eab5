-- How large has the deficit in goods and services been, year by year? In billions of
-- dollars, as the release prints its years; the last may be a part of its year.
select
    year,
    months_covered,
    round(exports_musd * 0.001, 1) as exports_busd,
    round(imports_musd * 0.001, 1) as imports_busd,
    round(-balance_musd * 0.001, 1) as deficit_busd,
    round(-100 * balance_musd / exports_musd, 1) as deficit_pct_of_exports
from marts.fct_annual_trade
where component = 'total'
order by year;
