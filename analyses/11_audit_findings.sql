-- What did the audit find? The audit compares every published number with the others
-- that it must agree with. Compare the last two columns: where the share that is off is
-- near the share that rounding alone predicts, rounding explains it.
select
    summary.label as identity,
    summary.identities,
    summary.exact,
    summary.rounding,
    summary.unlikely,
    summary.failed,
    summary.largest_residual_musd,
    summary.off_by_rounding_pct,
    summary.expected_off_by_rounding_pct
from marts.mart_reconciliation_summary as summary
inner join marts.dim_release as releases on summary.release_id = releases.release_id
where releases.is_latest
order by summary.sort_order;
