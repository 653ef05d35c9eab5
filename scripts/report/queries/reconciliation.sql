-- The audit in one row for each family of identities.
with unlikely as (
    select
        release_id,
        identity_family,
        min(abs(residual_musd)) as from_musd
    from marts.fct_reconciliation
    where status = 'unlikely'
    group by release_id, identity_family
)

select
    summary.identity_family,
    summary.label,
    summary.is_within_row,
    summary.identities,
    summary.exact,
    summary.rounding,
    summary.unlikely,
    summary.breaks,
    summary.largest_residual_musd,
    summary.off_by_rounding_pct,
    summary.expected_off_by_rounding_pct,
    unlikely.from_musd as unlikely_from_musd
from marts.mart_reconciliation_summary as summary
inner join marts.dim_release on summary.release_id = dim_release.release_id
left join unlikely
    on
        summary.release_id = unlikely.release_id
        and summary.identity_family = unlikely.identity_family
where dim_release.is_latest
order by summary.sort_order;
