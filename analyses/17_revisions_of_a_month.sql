-- What was the first estimate of the balance of March 2020, and what is it now? In
-- millions of dollars, estimate by estimate: the release for March has the first.
-- The committed release has its 48th, and nothing loaded to compare it with.
select
    estimate_number as estimate,
    release_id,
    released_on,
    is_first_estimate,
    balance_musd,
    balance_revision_from_first_musd
from marts.fct_monthly_trade_vintages
where
    month_date = date '2020-03-01'
    and component = 'total'
order by estimate_number;
