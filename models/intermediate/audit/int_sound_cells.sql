with cells as (
    select * from {{ ref('int_cells') }}
),

sound_rows as (
    select * from {{ ref('int_sound_rows') }}
)

select
    cells.*,
    sound_rows.print_release_id,
    sound_rows.print_number,
    sound_rows.is_current
from cells
inner join sound_rows
    on
        cells.release_id = sound_rows.release_id
        and cells.line_number = sound_rows.line_number
