with evidence as (
    select * from {{ ref('int_row_evidence') }}
),

suppositions as (
    select * from {{ ref('int_suppositions') }}
),

touches as (
    select distinct
        supposition,
        identity_id
    from suppositions
),

-- What a supposition leaves alone must hold: it touches every sum that is broken.
possible as (
    select
        evidence.release_id,
        evidence.line_number,
        evidence.is_accepted,
        touches.supposition
    from evidence
    inner join touches on evidence.identity_id = touches.identity_id
    where evidence.is_broken
    group by
        evidence.release_id,
        evidence.line_number,
        evidence.is_accepted,
        touches.supposition
    having count(*) = max(evidence.broken_in_row)
),

tried as (
    select
        possible.*,
        suppositions.series_id,
        suppositions.wrong_cells,
        suppositions.wrong_terms,
        suppositions.coefficient,
        evidence.identity_id,
        evidence.residual_musd,
        evidence.rounding_bound_musd
    from possible
    inner join suppositions on possible.supposition = suppositions.supposition
    inner join evidence
        on
            possible.release_id = evidence.release_id
            and possible.line_number = evidence.line_number
            and possible.is_accepted = evidence.is_accepted
            and suppositions.identity_id = evidence.identity_id
),

-- A sum with one wrong cell says what that cell is off by, to the rounding bound.
estimates as (
    select
        release_id,
        line_number,
        is_accepted,
        supposition,
        series_id,
        avg(coefficient * residual_musd) as error_musd,
        max(coefficient * residual_musd - rounding_bound_musd) as error_low_musd,
        min(coefficient * residual_musd + rounding_bound_musd) as error_high_musd
    from tried
    where wrong_terms = 1
    group by release_id, line_number, is_accepted, supposition, series_id
),

-- Take that away everywhere. Where a sum has both wrong cells, each brings a bound of
-- its own.
leftovers as (
    select
        tried.release_id,
        tried.line_number,
        tried.is_accepted,
        tried.supposition,
        tried.wrong_cells,
        tried.identity_id,
        max(tried.residual_musd) - sum(tried.coefficient * estimates.error_musd)
            as left_musd,
        max(tried.rounding_bound_musd)
        * case when max(tried.wrong_terms) = 2 then 3 else 1 end as allowed_musd
    from tried
    inner join estimates
        on
            tried.release_id = estimates.release_id
            and tried.line_number = estimates.line_number
            and tried.is_accepted = estimates.is_accepted
            and tried.supposition = estimates.supposition
            and tried.series_id = estimates.series_id
    group by
        tried.release_id,
        tried.line_number,
        tried.is_accepted,
        tried.supposition,
        tried.wrong_cells,
        tried.identity_id
),

-- A supposition explains the row if nothing but rounding is left.
explanations as (
    select
        release_id,
        line_number,
        is_accepted,
        supposition,
        wrong_cells,
        min(wrong_cells) over (
            partition by release_id, line_number, is_accepted
        ) as fewest_wrong_cells
    from leftovers
    group by release_id, line_number, is_accepted, supposition, wrong_cells
    having max(abs(left_musd) - allowed_musd) <= 0
)

-- One wrong cell is likelier than two.
select
    estimates.release_id,
    estimates.line_number,
    estimates.is_accepted,
    estimates.supposition,
    estimates.series_id,
    explanations.wrong_cells,
    estimates.error_low_musd,
    estimates.error_high_musd
from explanations
inner join estimates
    on
        explanations.release_id = estimates.release_id
        and explanations.line_number = estimates.line_number
        and explanations.is_accepted = estimates.is_accepted
        and explanations.supposition = estimates.supposition
where explanations.wrong_cells = explanations.fewest_wrong_cells
