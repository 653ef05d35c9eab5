-- How large has the deficit in goods and services been, year by year? In billions of
-- dollars, as the release prints its years, and in percent of exports and imports
-- together. A deficit is a negative balance. Check months_covered before you chart it:
-- the latest year may still lack months.
select
    years.year,
    years.months_covered,
    years.exports_busd,
    years.imports_busd,
    years.balance_busd,
    shares.balance_pct_of_trade
from marts.fct_annual_trade as years
inner join marts.mart_trade_shares as shares on years.last_month = shares.month_date
where
    years.component = 'total'
    and shares.period = 'year_to_date'
order by years.year desc;
