-- Found and expected are two distributions of the same identities: the numbers of a
-- family add up to how many identities it has.
with distributions as (
    select
        release_id,
        identity_family,
        sum(identities) as identities,
        round(sum(expected_identities), 3) as expected_identities
    from {{ ref('mart_residual_distribution') }}
    group by release_id, identity_family
)

select
    summary.release_id,
    summary.identity_family,
    summary.identities,
    distributions.identities as found_identities,
    distributions.expected_identities
from {{ ref('mart_reconciliation_summary') }} as summary
left join distributions
    on
        summary.release_id = distributions.release_id
        and summary.identity_family = distributions.identity_family
where
    distributions.identities is distinct from summary.identities
    or distributions.expected_identities is distinct from summary.identities
