-- A damaged copy of the release for each two faults of different cells: the same faults
-- in another order make the second of each pair. Grain: release_id.
create or replace temp table copies as
with placed as (
    select
        number,
        row_number() over (order by hash(faults)) as turn,
        line_number,
        year,
        list_transform(series, lambda s: line_number || ' ' || s) as cells,
        wrong,
        sound
    from faults
),

pairs as (
    select
        'f' || one.number as release_id,
        case
            when one.line_number = two.line_number then 'two in a row'
            when one.year = two.year then 'two in a year'
            else 'two in different years'
        end as kind,
        list_distinct([one.year, two.year]) as years,
        one.cells || two.cells as cells,
        one.wrong || two.wrong as wrong,
        one.sound || two.sound as sound
    from placed as one
    inner join placed as two on one.number = two.turn
)

select *
from pairs
where len(list_distinct(cells)) = len(cells)
