-- How many later prints there are to compare with the first. No row where every month
-- was printed once.
with later_prints as (
    select unnest([exports_musd, imports_musd, balance_musd]) as value_musd
    from marts.fct_monthly_trade_vintages
    where
        print_number > 1
        and exports_revision_from_first_musd is not null
)

select
    format('{:,}', count(*)) || ' numbers were printed again after their first print'
        as title
from later_prints
having count(*) > 0;
