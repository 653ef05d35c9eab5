-- What the identities within a printed row miss zero by, beside what rounding would do.
select
    distribution.residual_musd,
    sum(distribution.identities) as identities,
    sum(distribution.expected_identities) as expected_identities
from marts.mart_residual_distribution as distribution
inner join marts.dim_release on distribution.release_id = dim_release.release_id
where
    dim_release.is_latest
    and distribution.is_within_row
group by distribution.residual_musd
order by distribution.residual_musd;
