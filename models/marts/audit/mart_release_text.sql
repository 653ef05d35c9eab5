-- depends_on: {{ ref('int_release_gate') }}
with cells as (
    select * from {{ ref('int_cells') }}
),

series as (
    select * from {{ ref('stg_series') }}
),

printed_rows as (
    select * from {{ ref('int_printed_rows') }}
),

other_lines as (
    select * from {{ ref('stg_release_lines') }}
),

-- The nine numbers of a line, in the order in which its layout counts them.
numbers_of_lines as (
    select
        cells.release_id,
        cells.line_number,
        list(cells.published_musd order by series.position) as n
    from cells
    inner join series on cells.series_id = series.series_id
    group by cells.release_id, cells.line_number
),

-- {0:,} in a layout is the first number, {9:,} the same without its sign.
lines_with_cells as (
    select
        printed_rows.release_id,
        printed_rows.line_number,
        printed_rows.label || chr(9) || format(
            printed_rows.layout,
            cells_of.n[1], cells_of.n[2], cells_of.n[3],
            cells_of.n[4], cells_of.n[5], cells_of.n[6],
            cells_of.n[7], cells_of.n[8], cells_of.n[9],
            abs(cells_of.n[1]), abs(cells_of.n[2]), abs(cells_of.n[3]),
            abs(cells_of.n[4]), abs(cells_of.n[5]), abs(cells_of.n[6]),
            abs(cells_of.n[7]), abs(cells_of.n[8]), abs(cells_of.n[9])
        ) as line_text
    from printed_rows
    inner join numbers_of_lines as cells_of
        on
            printed_rows.release_id = cells_of.release_id
            and printed_rows.line_number = cells_of.line_number
)

select
    release_id,
    line_number,
    line_text
from lines_with_cells
union all
select
    release_id,
    line_number,
    line_text
from other_lines
order by release_id, line_number
