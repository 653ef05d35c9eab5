select
    release_id,
    file_name,
    title,
    units_note,
    cast(first_month || '-01' as date) as first_month,
    cast(last_month || '-01' as date) as last_month,
    line_count,
    cell_count,
    row_offset,
    line_ending,
    cell_layout,
    sha256,
    source_format,
    text_sha256,
    sheet_name,
    has_byte_order_mark,
    ends_with_newline
from {{ ref('releases') }}
