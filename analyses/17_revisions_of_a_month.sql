-- What was the balance of March 2020 as first printed, and what is it now? In millions
-- of dollars, print by print: the first is that of the release whose last month it is.
-- The committed release has its 48th, and nothing loaded to compare it with.
select
    print_number as print,
    release_id,
    released_on,
    is_first_print,
    balance_musd,
    balance_revision_from_first_musd
from marts.fct_monthly_trade_vintages
where
    month_date = date '2020-03-01'
    and component = 'total'
order by print_number;
