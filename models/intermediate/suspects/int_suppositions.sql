with series as (
    select * from {{ ref('series') }}
),

identities as (
    select identities.*
    from {{ ref('identities') }} as identities
    inner join {{ ref('identity_families') }} as families
        on identities.identity_family = families.identity_family
    where families.is_within_row
),

supposed as (
    select
        series_id as supposition,
        1 as wrong_cells,
        series_id
    from series
    union all
    select
        case
            when one.sort_order < other.sort_order
                then one.series_id || ' and ' || other.series_id
            else other.series_id || ' and ' || one.series_id
        end as supposition,
        2 as wrong_cells,
        one.series_id
    from series as one
    inner join series as other on one.series_id != other.series_id
)

select
    supposed.supposition,
    supposed.series_id,
    identities.identity_id,
    supposed.wrong_cells,
    count(*) over (
        partition by supposed.supposition, identities.identity_id
    ) as wrong_terms,
    identities.coefficient
from supposed
inner join identities on supposed.series_id = identities.series_id
