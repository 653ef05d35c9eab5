-- How many numbers were printed again, and what became of the balances among them.
with estimates as (
    select
        estimate_number > 1 and balance_revision_from_first_musd is not null
            as is_again,
        component = 'total' as is_total,
        balance_revision_from_previous_musd as revision_musd
    from marts.fct_monthly_trade_vintages
)

select
    3 * count(*) filter (where is_again) as numbers,
    count(revision_musd) filter (where is_total) as balances,
    count(*) filter (where is_total and revision_musd > 0) as up,
    count(*) filter (where is_total and revision_musd < 0) as down,
    max(abs(revision_musd)) filter (where is_total) as largest_musd
from estimates;
