with identities as (
    select * from {{ ref('fct_reconciliation') }}
),

-- The share of identities of a size that rounding alone puts off zero.
expected as (
    select
        terms,
        1 - probability as share_off
    from {{ ref('int_rounding_distribution') }}
    where residual_musd = 0
)

select
    identities.release_id,
    identities.identity_family,
    count(*) as identities,
    count(*) filter (where identities.status = 'exact') as exact,
    count(*) filter (where identities.status = 'rounding') as rounding,
    count(*) filter (where identities.status = 'unlikely') as unlikely,
    count(*) filter (where identities.status = 'break') as breaks,
    max(abs(identities.residual_musd)) as largest_residual_musd,
    avg(cast(identities.status in ('rounding', 'unlikely') as integer))
        as share_off_by_rounding,
    avg(expected.share_off) as expected_share_off_by_rounding
from identities
left join expected on identities.terms = expected.terms
group by identities.release_id, identities.identity_family
order by identities.release_id, identities.identity_family
