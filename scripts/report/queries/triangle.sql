-- The balance of goods and services of the last three years as each of the last 24
-- releases printed it, and how far that revised the print before.
with shown as (
    select dim_release.release_id
    from marts.dim_release
    order by dim_release.release_id desc
    limit 24
)

select
    prints.month_date,
    prints.release_id,
    prints.balance_musd,
    prints.balance_revision_from_previous_musd as revision_musd,
    prints.is_first_print
from marts.fct_monthly_trade_vintages as prints
inner join shown on prints.release_id = shown.release_id
inner join marts.dim_release as latest
    on
        latest.is_latest
        and prints.month_date > latest.last_month - interval 36 month
where
    prints.component = 'total'
    and (
        prints.is_first_print
        or prints.balance_revision_from_previous_musd is not null
    )
order by prints.release_id, prints.month_date;
