with edits as (
    select
        cell_id,
        edit_id,
        is_failed,
        low_musd,
        high_musd,
        count(*) over (partition by cell_id) as edits_of_cell,
        sum(case when is_failed then 1 else 0 end) over (partition by cell_id)
            as failures_of_cell
    from {{ ref('int_error_intervals') }}
),

-- How many more identities would pass if the cell were off by this much? The count can
-- peak only where an interval begins.
supposed as (
    select distinct
        cell_id,
        low_musd
    from edits
),

errors as (
    select
        supposed.cell_id,
        count(*) - max(edits.edits_of_cell - edits.failures_of_cell) as gain,
        max(edits.low_musd) as low_musd,
        min(edits.high_musd) as high_musd
    from supposed
    inner join edits
        on
            supposed.cell_id = edits.cell_id
            and supposed.low_musd between edits.low_musd and edits.high_musd
    group by supposed.cell_id, supposed.low_musd
    having max(case when edits.is_failed then 1 else 0 end) = 1
),

ranked as (
    select
        *,
        rank() over (
            partition by cell_id order by gain desc, high_musd - low_musd asc
        ) as place
    from errors
),

-- The best error of each cell; of equals, the one with the narrower interval.
best as (
    select
        cell_id,
        max(gain) as gain,
        min(low_musd) as low_musd,
        max(high_musd) as high_musd
    from ranked
    where place = 1
    group by cell_id
),

-- Blame the cells of a failed identity that gain most; of equals, those whose best
-- error repairs it. Where none gains, blame those that failed most often.
ranked_by_edit as (
    select
        edits.cell_id,
        rank() over (
            partition by edits.edit_id
            order by
                greatest(best.gain, 0) desc,
                case
                    when best.gain <= 0 then -edits.failures_of_cell
                    when best.high_musd < edits.low_musd then 1
                    when best.low_musd > edits.high_musd then 1
                    else 0
                end asc
        ) as place
    from edits
    inner join best on edits.cell_id = best.cell_id
    where edits.is_failed
),

likeliest as (
    select distinct cell_id
    from ranked_by_edit
    where place = 1
),

suspects as (
    select
        edits.*,
        count(*) over (partition by edits.edit_id) as suspects_of_edit
    from edits
    inner join likeliest on edits.cell_id = likeliest.cell_id
),

-- Take a suspect's error from the identities in which it is the only suspect. The error
-- is certain if one of those failed and all agree.
certain as (
    select
        suspects.cell_id,
        max(suspects.low_musd) as low_musd,
        min(suspects.high_musd) as high_musd
    from suspects
    where suspects.suspects_of_edit = 1
    group by suspects.cell_id
    -- Without the table's name Sail takes these for the columns above.
    having
        max(case when suspects.is_failed then 1 else 0 end) = 1
        and max(suspects.low_musd) <= min(suspects.high_musd)
)

select
    best.cell_id,
    coalesce(certain.low_musd, best.low_musd) as error_low_musd,
    coalesce(certain.high_musd, best.high_musd) as error_high_musd,
    certain.cell_id is null as is_ambiguous
from best
inner join likeliest on best.cell_id = likeliest.cell_id
left join certain on best.cell_id = certain.cell_id
