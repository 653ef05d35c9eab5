with edits as (
    select
        cell_id,
        edit_id,
        is_failed,
        low_musd,
        high_musd,
        sum(case when is_failed then 1 else 0 end) over (partition by cell_id) as failed,
        count(*) over (partition by cell_id) as edits
    from {{ ref('int_error_intervals') }}
),

-- Let a cell be off by so much: how many more of its identities hold? The most do where
-- one of the intervals begins.
errors as (
    select
        supposed.cell_id,
        count(*) - max(edits.edits - edits.failed) as gain,
        max(edits.low_musd) as low_musd,
        min(edits.high_musd) as high_musd
    from (select distinct cell_id, low_musd from edits) as supposed
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

-- The best error of each cell; of two as good, the one known more closely.
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

-- An identity failed because of those of its cells that gain most: of equals, those whose
-- best error mends it. Where none gains, because of those that most failures share.
ranked_in_edit as (
    select
        edits.cell_id,
        rank() over (
            partition by edits.edit_id
            order by
                greatest(best.gain, 0) desc,
                case
                    when best.gain <= 0 then -edits.failed
                    when best.high_musd < edits.low_musd then 1
                    when best.low_musd > edits.high_musd then 1
                    else 0
                end asc
        ) as place
    from edits
    inner join best on edits.cell_id = best.cell_id
    where edits.is_failed
),

suspects as (
    select
        edits.*,
        count(*) over (partition by edits.edit_id) as suspects
    from edits
    where edits.cell_id in (select cell_id from ranked_in_edit where place = 1)
),

-- The identities in which a suspect is the only one say what it is off by: for certain,
-- if one of those failed and all agree.
certain as (
    select
        cell_id,
        max(low_musd) as low_musd,
        min(high_musd) as high_musd
    from suspects
    where suspects = 1
    group by cell_id
    having
        max(case when is_failed then 1 else 0 end) = 1
        and max(low_musd) <= min(high_musd)
)

select
    best.cell_id,
    coalesce(certain.low_musd, best.low_musd) as error_low_musd,
    coalesce(certain.high_musd, best.high_musd) as error_high_musd,
    certain.cell_id is null as is_ambiguous
from best
left join certain on best.cell_id = certain.cell_id
where best.cell_id in (select suspects.cell_id from suspects)
