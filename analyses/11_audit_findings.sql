-- What did the audit find? Every published number was checked against the others that
-- it must agree with; a share off zero near the share that rounding alone predicts
-- means that rounding is all there is.
select
    summary.release_id,
    summary.identity_family,
    summary.identities,
    summary.exact,
    summary.rounding,
    summary.unlikely,
    summary.breaks,
    summary.largest_residual_musd,
    round(100 * summary.share_off_by_rounding, 1) as off_by_rounding_pct,
    round(100 * summary.expected_share_off_by_rounding, 1) as expected_pct
from marts.mart_reconciliation_summary as summary
inner join marts.dim_release as releases on summary.release_id = releases.release_id
where releases.is_latest
order by summary.identity_family;
