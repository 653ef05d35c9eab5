-- Damaged copies with several faults: each fault with the next ones of its row, year,
-- or series and year, in an order by chance. Grain: release_id. Variable: several, how
-- many of a kind.
insert into copies by name
with placed as (
    select
        *,
        unnest(['in a row', 'in a year', 'of a series and year']) as place,
        unnest(['' || line_number, '' || year, year || ' ' || series[1]]) as of_place
    from faults
),

together as (
    select
        number,
        'two ' || place as kind,
        2 as faults,
        [year] as years,
        list(line_number) over two as lines,
        flatten(list(cells) over two) as cells,
        flatten(list(wrong) over two) as wrong,
        flatten(list(sound) over two) as sound
    from placed
    window
        two as (
            partition by place, of_place order by hash(number, place)
            rows between current row and 1 following
        )
    union all
    select
        number,
        'three ' || place as kind,
        3 as faults,
        [year] as years,
        list(line_number) over three as lines,
        flatten(list(cells) over three) as cells,
        flatten(list(wrong) over three) as wrong,
        flatten(list(sound) over three) as sound
    from placed
    where place != 'of a series and year'
    window three as (
        partition by place, of_place order by hash(number, place)
        rows between current row and 2 following
    )
)

select
    kind || ' ' || number as release_id,
    kind,
    false as is_single,
    years,
    cells,
    wrong,
    sound
from together
where
    len(lines) = faults
    and len(list_distinct(lines)) = if(kind like '% in a row', 1, faults)
    and len(list_distinct(cells)) = len(cells)
qualify
    row_number() over (partition by kind order by hash(number))
    <= getvariable('several')
