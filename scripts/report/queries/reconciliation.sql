-- The audit in one row for each family of identities.
select
    case summary.identity_family
        when 'balance' then 'Balance = exports − imports'
        when 'component' then 'Total = goods + services'
        else 'Annual row = sum of its months'
    end as family_words,
    summary.identities,
    summary.exact,
    summary.rounding,
    summary.unlikely,
    summary.breaks,
    summary.largest_residual_musd,
    cast(round(100 * summary.share_off_by_rounding, 1) as decimal(18, 1)) as off_pct,
    cast(round(100 * summary.expected_share_off_by_rounding, 1) as decimal(18, 1))
        as expected_off_pct
from marts.mart_reconciliation_summary as summary
inner join marts.dim_release on summary.release_id = dim_release.release_id
where dim_release.is_latest
order by list_position(['balance', 'component', 'period'], summary.identity_family);
