-- What the audit made of each damaged copy. Grain: release_id. Units: millions.
-- Variable: certain_from, the smallest error that rounding cannot hide.
create or replace temp table verdicts as
with suspects as (
    select
        *,
        line_number || ' ' || series_id as cell
    from intermediate.int_suspect_cells
),

answers as (
    select
        release_id,
        map_from_entries(list((cell, implied_musd))) as implied,
        bool_or(is_ambiguous) as is_ambiguous
    from suspects
    group by release_id
),

damaged as (
    select
        release_id,
        unnest(cells) as cell,
        unnest(correct) as correct_musd
    from copies
),

-- Where a correct number is named for certain, or a damaged one without its value.
misled as (
    select suspects.release_id
    from suspects
    left join damaged
        on
            suspects.release_id = damaged.release_id
            and suspects.cell = damaged.cell
    where
        not suspects.is_ambiguous
        and (
            damaged.correct_musd is null
            or damaged.correct_musd < suspects.implied_low_musd
            or damaged.correct_musd > suspects.implied_high_musd
        )
),

located as (
    select
        copies.*,
        answers.implied,
        answers.release_id is not null as is_detected,
        coalesce(answers.is_ambiguous, false) as is_ambiguous,
        coalesce(
            not answers.is_ambiguous
            and list_sort(map_keys(answers.implied)) = list_sort(copies.cells),
            false
        ) as is_located,
        copies.release_id in (select misled.release_id from misled) as is_wrong
    from copies
    left join answers on copies.release_id = answers.release_id
)

select
    release_id,
    kind,
    is_single,
    cells,
    wrong,
    correct,
    list_min(list_transform(
        list_zip(wrong, correct), lambda pair: abs(pair[1] - pair[2])
    )) < getvariable('certain_from') as is_small,
    is_detected,
    is_located,
    is_ambiguous,
    is_located
    and list_bool_and(list_transform(
        list_zip(cells, correct), lambda cell: abs(implied[cell[1]] - cell[2]) <= 1
    )) as is_repaired,
    is_wrong
from located
