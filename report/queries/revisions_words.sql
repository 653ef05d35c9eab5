-- How many prints there are to compare. No row where every month was printed once.
select
    count(distinct release_id) || ' releases, ' || count(*)
    || ' later prints to compare with the first' as title
from marts.fct_monthly_trade_vintages
where print_number > 1
having count(*) > 0;
