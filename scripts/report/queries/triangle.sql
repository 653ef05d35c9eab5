-- The balance of goods and services of the last three years as each of the last 24
-- releases printed it, and how far that revised the print before.
with shown as (
    select dim_release.release_id
    from marts.dim_release
    order by dim_release.release_id desc
    limit 24
)

select
    estimates.month_date,
    estimates.release_id,
    estimates.balance_musd,
    estimates.balance_revision_from_previous_musd as revision_musd,
    estimates.is_first_estimate
from marts.fct_monthly_trade_vintages as estimates
inner join shown on estimates.release_id = shown.release_id
inner join marts.dim_release as latest
    on
        latest.is_latest
        and estimates.month_date > latest.last_month - interval 36 month
where
    estimates.component = 'total'
    and (
        estimates.is_first_estimate
        or estimates.balance_revision_from_previous_musd is not null
    )
order by estimates.release_id, estimates.month_date;
