-- The audit in one row for each family of identities.
select
    summary.identity_family,
    summary.label,
    summary.identities,
    summary.exact,
    summary.rounding,
    summary.unlikely,
    summary.failed,
    summary.largest_residual_musd,
    summary.off_by_rounding_pct,
    summary.expected_off_by_rounding_pct
from marts.mart_reconciliation_summary as summary
inner join marts.dim_release on summary.release_id = dim_release.release_id
where dim_release.is_latest
order by summary.sort_order;
