-- What was the first estimate of the balance of March 2020, and what is it now? One row
-- for each estimate in the loaded releases. The first one, as announced at the time, is
-- always there, in first_deficit_busd. The estimates in between need more releases.
select
    vintages.estimate_number as estimate,
    vintages.release_id,
    vintages.released_on,
    headlines.first_deficit_busd,
    vintages.balance_musd,
    vintages.balance_musd / 1000.0 as balance_busd
from marts.fct_monthly_trade_vintages as vintages
inner join marts.mart_headline_revisions as headlines
    on vintages.month_date = headlines.month_date
where
    vintages.month_date = date '2020-03-01'
    and vintages.component = 'total'
order by vintages.estimate_number;
