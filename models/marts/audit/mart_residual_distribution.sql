with found as (
    select
        release_id,
        identity_family,
        residual_musd,
        count(*) as identities
    from {{ ref('fct_reconciliation') }}
    group by release_id, identity_family, residual_musd
),

-- The probability of a residual depends on an identity's number of terms: a part year
-- has fewer than a full year. The expected count is the sum of the probabilities.
expected as (
    select
        identities.release_id,
        identities.identity_family,
        rounding.residual_musd,
        round(cast(sum(rounding.probability) as double), 6) as expected_identities
    from {{ ref('fct_reconciliation') }} as identities
    inner join {{ ref('rounding_distribution') }} as rounding
        on identities.terms = rounding.terms
    group by identities.release_id, identities.identity_family, rounding.residual_musd
)

-- Keep both sides: a possible residual may not occur, and a failure's is not possible.
select
    coalesce(expected.release_id, found.release_id) as release_id,
    coalesce(expected.identity_family, found.identity_family) as identity_family,
    coalesce(expected.residual_musd, found.residual_musd) as residual_musd,
    families.is_within_row,
    coalesce(found.identities, 0) as identities,
    coalesce(expected.expected_identities, 0) as expected_identities
from expected
full outer join found
    on
        expected.release_id = found.release_id
        and expected.identity_family = found.identity_family
        and expected.residual_musd = found.residual_musd
inner join {{ ref('identity_families') }} as families
    on coalesce(expected.identity_family, found.identity_family)
        = families.identity_family
order by release_id, identity_family, residual_musd
