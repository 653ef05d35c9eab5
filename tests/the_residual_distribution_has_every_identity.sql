-- Found and expected are two distributions of the same identities: how many of a size
-- there are times how often rounding makes each residual. Expected to six decimals.
-- Grain of a failure: a release, family and residual as it stands, or as it should.
with residuals as (
    select * from {{ ref('fct_reconciliation') }}
),

sizes as (
    select
        release_id,
        identity_family,
        terms,
        count(*) as identities
    from residuals
    group by release_id, identity_family, terms
),

counted as (
    select
        sizes.release_id,
        sizes.identity_family,
        rounding.residual_musd,
        0 as identities,
        sizes.identities * rounding.probability as expected_identities
    from sizes
    left join {{ ref('rounding_distribution') }} as rounding
        on sizes.terms = rounding.terms
    union all
    select
        release_id,
        identity_family,
        residual_musd,
        1 as identities,
        0 as expected_identities
    from residuals
),

expected as (
    select
        release_id,
        identity_family,
        residual_musd,
        identity_family in ('balance', 'component') as is_within_row,
        sum(identities) as identities,
        round(cast(sum(expected_identities) as double), 6) as expected_identities
    from counted
    group by release_id, identity_family, residual_musd
)

{{ different_rows(ref('mart_residual_distribution'), 'expected') }}
