-- What share of exports are services, and what share of imports? In percent, by year.
with years as (
    select
        year,
        max(exports_musd) filter (where component = 'services')
            as services_exports_musd,
        max(exports_musd) filter (where component = 'total') as exports_musd,
        max(imports_musd) filter (where component = 'services')
            as services_imports_musd,
        max(imports_musd) filter (where component = 'total') as imports_musd
    from marts.fct_annual_trade
    group by year
)

select
    year,
    round(100 * services_exports_musd / exports_musd, 1) as services_pct_of_exports,
    round(100 * services_imports_musd / imports_musd, 1) as services_pct_of_imports
from years
order by year;
