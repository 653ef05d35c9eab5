-- What share of exports are services, and what share of imports? In percent, by year.
-- The latest year may still lack months.
select
    years.year,
    years.months_covered,
    shares.services_pct_of_exports,
    shares.services_pct_of_imports
from marts.fct_annual_trade as years
inner join marts.mart_trade_shares as shares on years.last_month = shares.month_date
where
    years.component = 'total'
    and shares.period = 'year_to_date'
order by years.year desc;
