-- What the audit made of each damaged copy. Grain: release_id. Units: millions.
-- Variable: certain_from, the smallest error that rounding cannot hide.
create or replace temp table verdicts as
with suspects as (
    select
        release_id,
        map_from_entries(list((line_number || ' ' || series_id, implied_musd)))
            as implied,
        bool_or(is_ambiguous) as is_ambiguous
    from intermediate.int_suspect_cells
    group by release_id
),

found as (
    select
        copies.*,
        suspects.implied,
        suspects.release_id is not null as is_detected,
        coalesce(suspects.is_ambiguous, false) as is_ambiguous
    from copies
    left join suspects on copies.release_id = suspects.release_id
),

located as (
    select
        *,
        is_detected
        and not is_ambiguous
        and list_sort(map_keys(implied)) = list_sort(cells) as is_located,
        list_min(list_transform(
            list_zip(wrong, sound), lambda pair: abs(pair[1] - pair[2])
        )) as error_musd
    from found
)

select
    release_id,
    kind,
    cells,
    wrong,
    sound,
    error_musd < getvariable('certain_from') as is_small,
    is_detected,
    is_located,
    is_ambiguous,
    is_located
    and list_bool_and(list_transform(
        list_zip(cells, sound), lambda cell: abs(implied[cell[1]] - cell[2]) <= 1
    )) as is_repaired
from located
