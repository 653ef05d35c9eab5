-- Whether the audit keeps its promise. Of errors that rounding cannot hide it repairs
-- every single one and misleads in none, and in a thousandth at most of the copies with
-- several; of the undamaged release it raises no alarm. Grain: one row.
with alarms as (
    select count(*) as false_alarms
    from intermediate.int_suspect_cells as suspects
    anti join copies on suspects.release_id = copies.release_id
),

large as (
    select
        bool_and(is_repaired and not is_wrong) filter (where is_single)
            as are_repaired,
        1000 * count(*) filter (where is_wrong and not is_single)
        <= count(*) filter (where not is_single) as are_seldom_wrong
    from verdicts
    where not is_small
)

select
    alarms.false_alarms,
    alarms.false_alarms = 0
    and large.are_repaired
    and large.are_seldom_wrong as is_proven
from alarms
cross join large
