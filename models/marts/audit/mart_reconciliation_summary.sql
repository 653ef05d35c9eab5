-- The share of identities of each size that rounding alone puts off.
with rounding as (
    select
        terms,
        cast(1 - probability as double) as share_off
    from {{ ref('rounding_distribution') }}
    where residual_musd = 0
)

select
    identities.release_id,
    identities.identity_family,
    families.label,
    families.sort_order,
    families.is_within_row,
    count(*) as identities,
    count(*) filter (where identities.status = 'exact') as exact,
    count(*) filter (where identities.status = 'rounding') as rounding,
    count(*) filter (where identities.status = 'unlikely') as unlikely,
    count(*) filter (where identities.status = 'failed') as failed,
    max(abs(identities.residual_musd)) as largest_residual_musd,
    cast(
        100 * avg(
            case
                when identities.status in ('rounding', 'unlikely') then 1 else 0
            end
        ) as decimal(18, 6)
    ) as off_by_rounding_pct,
    cast(100 * avg(rounding.share_off) as decimal(18, 6))
        as expected_off_by_rounding_pct
from {{ ref('fct_reconciliation') }} as identities
inner join {{ ref('identity_families') }} as families
    on identities.identity_family = families.identity_family
inner join rounding on identities.terms = rounding.terms
group by
    identities.release_id,
    identities.identity_family,
    families.label,
    families.sort_order,
    families.is_within_row
order by identities.release_id, families.sort_order
