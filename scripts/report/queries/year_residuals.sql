-- What the year sums miss zero by, beside what rounding would do.
select
    distribution.residual_musd,
    distribution.identities,
    distribution.expected_identities
from marts.mart_residual_distribution as distribution
inner join marts.dim_release on distribution.release_id = dim_release.release_id
where
    dim_release.is_latest
    and distribution.identity_family = 'period'
order by distribution.residual_musd;
