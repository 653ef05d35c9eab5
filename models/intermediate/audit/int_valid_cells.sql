with cells as (
    select * from {{ ref('int_cells') }}
),

valid_rows as (
    select * from {{ ref('int_valid_rows') }}
)

select
    cells.*,
    valid_rows.estimate_release_id,
    valid_rows.estimate_number,
    valid_rows.is_current
from cells
inner join valid_rows
    on
        cells.release_id = valid_rows.release_id
        and cells.line_number = valid_rows.line_number
