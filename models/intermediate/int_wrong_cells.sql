with explanations as (
    select * from {{ ref('int_row_explanations') }}
),

cells as (
    select * from {{ ref('int_cells') }}
),

periods as (
    select * from {{ ref('int_period_residuals') }}
),

-- An annual row enters the period identity of its series with 1, a month with -1: so
-- much does the error shift its residual.
shifts as (
    select
        explanations.*,
        periods.year_start,
        if(
            cells.period_type = 'year',
            explanations.error_low_musd,
            -explanations.error_high_musd
        ) as shift_low_musd,
        if(
            cells.period_type = 'year',
            explanations.error_high_musd,
            -explanations.error_low_musd
        ) as shift_high_musd,
        cells.period_type = 'year' as is_annual,
        periods.is_broken as is_year_broken,
        periods.low_musd as year_low_musd,
        periods.high_musd as year_high_musd,
        shift_low_musd <= year_high_musd
        and shift_high_musd >= year_low_musd as agrees_with_year
    from explanations
    inner join cells
        on
            explanations.release_id = cells.release_id
            and explanations.line_number = cells.line_number
            and explanations.series_id = cells.series_id
    inner join periods
        on
            cells.release_id = periods.release_id
            and cells.series_id = periods.series_id
            and date_trunc('year', cells.period_start) = periods.year_start
),

-- Where a row alone allows several explanations, its year decides: the best one breaks
-- the fewest period identities that hold and mends the most that are broken.
weighed as (
    select
        release_id,
        line_number,
        hypothesis_id,
        count(*) filter (where not agrees_with_year)
        - count(*) filter (where is_year_broken) as broken_by_it
    from shifts
    group by release_id, line_number, hypothesis_id
),

best as (
    select *
    from weighed
    qualify
        broken_by_it = min(broken_by_it) over (partition by release_id, line_number)
),

-- A cell of several explanations that are equally good is listed once, with all that
-- its error may be.
wrong as (
    select
        shifts.release_id,
        shifts.line_number,
        shifts.series_id,
        any_value(shifts.year_start) as year_start,
        any_value(shifts.wrong_cells) as wrong_cells,
        any_value(shifts.is_annual) as is_annual,
        any_value(shifts.year_low_musd) as year_low_musd,
        any_value(shifts.year_high_musd) as year_high_musd,
        min(shifts.shift_low_musd) as shift_low_musd,
        max(shifts.shift_high_musd) as shift_high_musd
    from shifts
    inner join best
        on
            shifts.release_id = best.release_id
            and shifts.line_number = best.line_number
            and shifts.hypothesis_id = best.hypothesis_id
    group by shifts.release_id, shifts.line_number, shifts.series_id
),

-- The only wrong cell of its series and year must satisfy the period identity too, if
-- it can: that may narrow its error.
narrowed as (
    select
        *,
        count(*) over (partition by release_id, line_number) > wrong_cells
            as is_ambiguous,
        count(*) over (partition by release_id, series_id, year_start) = 1
        and shift_low_musd <= year_high_musd
        and shift_high_musd >= year_low_musd as is_narrowed
    from wrong
)

select
    release_id,
    line_number,
    series_id,
    year_start,
    if(is_narrowed, greatest(shift_low_musd, year_low_musd), shift_low_musd)
        as shift_low_musd,
    if(is_narrowed, least(shift_high_musd, year_high_musd), shift_high_musd)
        as shift_high_musd,
    is_annual,
    is_ambiguous
from narrowed
