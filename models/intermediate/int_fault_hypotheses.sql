with series as (
    select * from {{ ref('stg_series') }}
),

identities as (
    select * from {{ ref('stg_identities') }}
),

hypotheses as (
    select
        series_id as hypothesis_id,
        1 as wrong_cells,
        [series_id] as wrong_series
    from series
    union all
    select
        one.series_id || ' and ' || other.series_id as hypothesis_id,
        2 as wrong_cells,
        [one.series_id, other.series_id] as wrong_series
    from series as one
    inner join series as other on one.position < other.position
),

-- Every identity of a row, and the wrong cells that it adds up, if any.
touches as (
    select
        hypotheses.hypothesis_id,
        hypotheses.wrong_cells,
        identities.identity_id,
        list_contains(hypotheses.wrong_series, identities.series_id) as is_wrong,
        identities.series_id,
        identities.coefficient
    from hypotheses
    cross join identities
),

touched as (
    select
        *,
        count(*) filter (where is_wrong) over (
            partition by hypothesis_id, identity_id
        ) as wrong_terms
    from touches
)

select distinct
    hypothesis_id,
    identity_id,
    if(is_wrong, series_id, null) as series_id,
    wrong_cells,
    wrong_terms,
    if(is_wrong, coefficient, null) as coefficient
from touched
where
    is_wrong
    or wrong_terms = 0
