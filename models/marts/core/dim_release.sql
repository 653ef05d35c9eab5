select
    release_id,
    release_table,
    title,
    units_note,
    file_name,
    source_format,
    sheet_name,
    line_ending,
    sha256,
    text_sha256,
    line_count,
    row_offset,
    cell_count,
    first_month,
    last_month,
    released_on,
    has_byte_order_mark,
    ends_with_newline,
    is_latest,
    is_sound,
    agrees_with_announcement
from {{ ref('int_releases') }}
order by release_id
