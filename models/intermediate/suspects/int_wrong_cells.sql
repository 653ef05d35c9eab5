with testimony as (
    select * from {{ ref('int_wider_testimony') }}
),

-- Where a row alone allows several explanations, the wider sums decide: the best one
-- breaks the fewest of them that hold and mends the most that are broken.
scores as (
    select
        release_id,
        line_number,
        is_accepted,
        supposition,
        sum(case when not agrees_with_sum then 1 else 0 end)
        - sum(case when is_sum_broken then 1 else 0 end) as broken_by_it
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

best as (
    select testimony.*
    from testimony
    inner join ranked
        on
            testimony.release_id = ranked.release_id
            and testimony.line_number = ranked.line_number
            and testimony.is_accepted = ranked.is_accepted
            and testimony.supposition = ranked.supposition
    where ranked.broken_by_it = ranked.fewest_broken
),

-- A cell of several explanations that are equally good is listed once, with all that
-- its error may be.
wrong_in_sums as (
    select
        release_id,
        line_number,
        is_accepted,
        series_id,
        wrong_cells,
        sum_release_id,
        sum_line_number,
        max(sum_low_musd) as sum_low_musd,
        min(sum_high_musd) as sum_high_musd,
        min(error_low_musd) as error_low_musd,
        max(error_high_musd) as error_high_musd
    from best
    group by
        release_id,
        line_number,
        is_accepted,
        series_id,
        wrong_cells,
        sum_release_id,
        sum_line_number
),

-- The only wrong cell of a sum must satisfy it too, if it can: that may narrow its
-- error.
narrowed as (
    select
        *,
        count(*) over (
            partition by is_accepted, series_id, sum_release_id, sum_line_number
        ) = 1
        and error_low_musd <= sum_high_musd
        and error_high_musd >= sum_low_musd as is_narrowed
    from wrong_in_sums
),

wrong as (
    select
        release_id,
        line_number,
        is_accepted,
        series_id,
        wrong_cells,
        greatest(
            max(error_low_musd), max(case when is_narrowed then sum_low_musd end)
        ) as error_low_musd,
        least(
            min(error_high_musd), min(case when is_narrowed then sum_high_musd end)
        ) as error_high_musd
    from narrowed
    group by release_id, line_number, is_accepted, series_id, wrong_cells
)

select
    release_id,
    line_number,
    is_accepted,
    series_id,
    error_low_musd,
    error_high_musd,
    count(*) over (
        partition by release_id, line_number, is_accepted
    ) > wrong_cells as is_ambiguous
from wrong
