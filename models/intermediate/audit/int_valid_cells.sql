select
    cells.*,
    valid_rows.estimate_release_id,
    valid_rows.estimate_number,
    valid_rows.is_current
from {{ ref('int_cells') }} as cells
inner join {{ ref('int_valid_rows') }} as valid_rows
    on
        cells.release_id = valid_rows.release_id
        and cells.line_number = valid_rows.line_number
