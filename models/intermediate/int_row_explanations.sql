with residuals as (
    select
        release_id,
        line_number,
        identity_id,
        if(accepted_reason is null, residual_musd, 0) as residual_musd,
        rounding_bound_musd
    from {{ ref('int_identity_residuals') }}
    where not starts_with(identity_id, 'period_')
),

hypotheses as (
    select * from {{ ref('int_fault_hypotheses') }}
),

broken_rows as (
    select distinct
        release_id,
        line_number
    from residuals
    where abs(residual_musd) > rounding_bound_musd
),

evidence as (
    select residuals.*
    from residuals
    inner join broken_rows
        on
            residuals.release_id = broken_rows.release_id
            and residuals.line_number = broken_rows.line_number
),

-- What a hypothesis leaves alone must hold.
possible as (
    select
        evidence.release_id,
        evidence.line_number,
        hypotheses.hypothesis_id,
        hypotheses.wrong_cells
    from evidence
    inner join hypotheses
        on
            evidence.identity_id = hypotheses.identity_id
            and hypotheses.wrong_terms = 0
    group by
        evidence.release_id,
        evidence.line_number,
        hypotheses.hypothesis_id,
        hypotheses.wrong_cells
    having bool_and(abs(evidence.residual_musd) <= evidence.rounding_bound_musd)
),

terms as (
    select
        possible.release_id,
        possible.line_number,
        possible.hypothesis_id,
        possible.wrong_cells,
        hypotheses.wrong_terms,
        hypotheses.series_id,
        hypotheses.coefficient,
        evidence.residual_musd,
        evidence.rounding_bound_musd
    from possible
    inner join hypotheses
        on
            possible.hypothesis_id = hypotheses.hypothesis_id
            and hypotheses.wrong_terms > 0
    inner join evidence
        on
            possible.release_id = evidence.release_id
            and possible.line_number = evidence.line_number
            and hypotheses.identity_id = evidence.identity_id
),

-- An identity with one wrong cell says how far it is off, to within the rounding bound:
-- residual - coefficient * error is within the bound, and the coefficient is 1 or -1.
errors as (
    select
        release_id,
        line_number,
        hypothesis_id,
        wrong_cells,
        series_id,
        max(coefficient * residual_musd - rounding_bound_musd) as error_low_musd,
        min(coefficient * residual_musd + rounding_bound_musd) as error_high_musd
    from terms
    where wrong_terms = 1
    group by release_id, line_number, hypothesis_id, wrong_cells, series_id
    having error_low_musd <= error_high_musd
),

-- An identity with two wrong cells must allow for some pair of their errors.
contradicted as (
    select
        errors.release_id,
        errors.line_number,
        errors.hypothesis_id
    from errors
    inner join terms
        on
            errors.release_id = terms.release_id
            and errors.line_number = terms.line_number
            and errors.hypothesis_id = terms.hypothesis_id
            and errors.series_id = terms.series_id
            and terms.wrong_terms = 2
    group by errors.release_id, errors.line_number, errors.hypothesis_id
    having
        sum(
            if(terms.coefficient > 0, errors.error_low_musd, -errors.error_high_musd)
        ) > max(terms.residual_musd + terms.rounding_bound_musd)
        or sum(
            if(terms.coefficient > 0, errors.error_high_musd, -errors.error_low_musd)
        ) < max(terms.residual_musd - terms.rounding_bound_musd)
),

consistent as (
    select errors.*
    from errors
    anti join contradicted
        on
            errors.release_id = contradicted.release_id
            and errors.line_number = contradicted.line_number
            and errors.hypothesis_id = contradicted.hypothesis_id
    qualify
        count(*) over (
            partition by errors.release_id, errors.line_number, errors.hypothesis_id
        ) = errors.wrong_cells
)

-- One wrong cell is likelier than two.
select *
from consistent
qualify wrong_cells = min(wrong_cells) over (partition by release_id, line_number)
