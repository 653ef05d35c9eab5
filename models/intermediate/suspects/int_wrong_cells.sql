with testimony as (
    select * from {{ ref('int_year_testimony') }}
),

-- Where a row alone allows several explanations, its year decides: the best one breaks
-- the fewest sums of the year that hold and mends the most that are broken.
scores as (
    select
        release_id,
        line_number,
        is_accepted,
        supposition,
        sum(case when agrees_with_year then 0 else 1 end)
        - sum(case when is_year_broken then 1 else 0 end) as broken_by_it
    from testimony
    group by release_id, line_number, is_accepted, supposition
),

ranked as (
    select
        *,
        min(broken_by_it) over (
            partition by release_id, line_number, is_accepted
        ) as fewest_broken
    from scores
),

-- A cell of several explanations that are equally good is listed once, with all that
-- its error may be.
wrong as (
    select
        testimony.release_id,
        testimony.line_number,
        testimony.is_accepted,
        testimony.series_id,
        testimony.year_line_number,
        testimony.year_coefficient,
        testimony.wrong_cells,
        testimony.year_low_musd,
        testimony.year_high_musd,
        min(testimony.error_low_musd) as error_low_musd,
        max(testimony.error_high_musd) as error_high_musd
    from testimony
    inner join ranked
        on
            testimony.release_id = ranked.release_id
            and testimony.line_number = ranked.line_number
            and testimony.is_accepted = ranked.is_accepted
            and testimony.supposition = ranked.supposition
    where ranked.broken_by_it = ranked.fewest_broken
    group by
        testimony.release_id,
        testimony.line_number,
        testimony.is_accepted,
        testimony.series_id,
        testimony.year_line_number,
        testimony.year_coefficient,
        testimony.wrong_cells,
        testimony.year_low_musd,
        testimony.year_high_musd
),

counted as (
    select
        *,
        count(*) over (
            partition by release_id, is_accepted, line_number
        ) > wrong_cells as is_ambiguous,
        count(*) over (
            partition by release_id, is_accepted, series_id, year_line_number
        ) = 1
        and error_low_musd <= year_high_musd
        and error_high_musd >= year_low_musd as is_narrowed
    from wrong
)

-- The only wrong cell of its series and year must satisfy the sum of the year too, if
-- it can: that may narrow its error.
select
    release_id,
    line_number,
    is_accepted,
    series_id,
    year_line_number,
    year_coefficient,
    case
        when is_narrowed then greatest(error_low_musd, year_low_musd)
        else error_low_musd
    end as error_low_musd,
    case
        when is_narrowed then least(error_high_musd, year_high_musd)
        else error_high_musd
    end as error_high_musd,
    is_ambiguous
from counted
