with failed as (
    select
        release_id,
        line_number,
        identity_id,
        accepted_reason is not null as is_accepted
    from {{ ref('int_identity_residuals') }}
    where status = 'failed'
),

-- The cells of failed identities. Known discrepancies are kept apart: they must neither
-- hide a new error nor be hidden by one.
cells as (
    select distinct
        failed.is_accepted,
        terms.cell_release_id,
        terms.cell_line_number,
        terms.series_id
    from failed
    -- Not a common table: DuckDB would materialize all terms for the second use.
    inner join {{ ref('int_identity_terms') }} as terms
        on
            failed.release_id = terms.release_id
            and failed.line_number = terms.line_number
            and failed.identity_id = terms.identity_id
),

-- All identities with these cells. A new failure does not count among known
-- discrepancies, nor the other way round.
edits as (
    select
        cells.*,
        terms.published_musd,
        terms.coefficient,
        residuals.release_id,
        residuals.line_number,
        residuals.identity_id,
        residuals.identity_family,
        residuals.is_within_row,
        residuals.component,
        residuals.flow,
        residuals.rounding_bound_musd,
        case
            when
                residuals.status = 'failed'
                and (residuals.accepted_reason is not null) != cells.is_accepted
                then cast(0 as bigint)
            else residuals.residual_musd
        end as residual_musd
    from cells
    inner join {{ ref('int_identity_terms') }} as terms
        on
            cells.cell_release_id = terms.cell_release_id
            and cells.cell_line_number = terms.cell_line_number
            and cells.series_id = terms.series_id
    inner join {{ ref('int_identity_residuals') }} as residuals
        on
            terms.release_id = residuals.release_id
            and terms.line_number = residuals.line_number
            and terms.identity_id = residuals.identity_id
)

-- If no other cell of the identity is wrong, this one is off by low to high.
select
    *,
    concat_ws(
        ' ', cell_release_id, cast(cell_line_number as string), series_id,
        cast(is_accepted as string)
    ) as cell_id,
    concat_ws(
        ' ', release_id, cast(line_number as string), identity_id,
        cast(is_accepted as string)
    ) as edit_id,
    abs(residual_musd) > rounding_bound_musd as is_failed,
    coefficient * residual_musd - rounding_bound_musd as low_musd,
    coefficient * residual_musd + rounding_bound_musd as high_musd
from edits
