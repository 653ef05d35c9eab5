with evidence as (
    select * from {{ ref('int_row_evidence') }}
),

suppositions as (
    select * from {{ ref('int_suppositions') }}
),

broken_rows as (
    select distinct
        row_id,
        release_id,
        line_number,
        is_accepted
    from evidence
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
        evidence.row_id,
        touches.supposition
    from evidence
    inner join touches on evidence.identity_id = touches.identity_id
    where evidence.is_broken
    group by evidence.row_id, touches.supposition
    having count(*) = max(evidence.broken_in_row)
),

tried as (
    select
        evidence.row_id,
        suppositions.*,
        evidence.residual_musd,
        evidence.rounding_bound_musd
    from possible
    inner join suppositions on possible.supposition = suppositions.supposition
    inner join evidence
        on
            possible.row_id = evidence.row_id
            and suppositions.identity_id = evidence.identity_id
),

-- A sum with one wrong cell says what that cell is off by, to the rounding bound.
estimates as (
    select
        row_id,
        supposition,
        series_id,
        avg(coefficient * residual_musd) as error_musd,
        max(coefficient * residual_musd - rounding_bound_musd) as error_low_musd,
        min(coefficient * residual_musd + rounding_bound_musd) as error_high_musd
    from tried
    where wrong_terms = 1
    group by row_id, supposition, series_id
),

-- Take that away everywhere. Where a sum has both wrong cells, each brings a bound of
-- its own.
leftovers as (
    select
        tried.row_id,
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
            tried.row_id = estimates.row_id
            and tried.supposition = estimates.supposition
            and tried.series_id = estimates.series_id
    group by tried.row_id, tried.supposition, tried.wrong_cells, tried.identity_id
),

-- A supposition explains the row if nothing but rounding is left.
explanations as (
    select
        row_id,
        supposition,
        wrong_cells,
        min(wrong_cells) over (partition by row_id) as fewest_wrong_cells
    from leftovers
    group by row_id, supposition, wrong_cells
    having max(abs(left_musd) - allowed_musd) <= 0
)

-- One wrong cell is likelier than two.
select
    broken_rows.release_id,
    broken_rows.line_number,
    broken_rows.is_accepted,
    estimates.supposition,
    estimates.series_id,
    explanations.wrong_cells,
    estimates.error_low_musd,
    estimates.error_high_musd
from explanations
inner join broken_rows on explanations.row_id = broken_rows.row_id
inner join estimates
    on
        explanations.row_id = estimates.row_id
        and explanations.supposition = estimates.supposition
where explanations.wrong_cells = explanations.fewest_wrong_cells
