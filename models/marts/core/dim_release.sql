with releases as (
    select * from {{ ref('stg_releases') }}
),

gate as (
    select * from {{ ref('int_release_gate') }}
),

calendar as (
    select * from {{ ref('stg_release_calendar') }}
),

cells as (
    select
        release_id,
        cast(count(*) as integer) as cell_count
    from {{ ref('int_cells') }}
    group by release_id
)

select
    releases.release_id,
    releases.title,
    releases.units_note,
    releases.file_name,
    releases.source_format,
    releases.sheet_name,
    releases.line_ending,
    releases.sha256,
    releases.text_sha256,
    releases.line_count,
    releases.row_offset,
    cells.cell_count,
    releases.first_month,
    releases.last_month,
    calendar.released_on,
    releases.has_byte_order_mark,
    releases.ends_with_newline,
    gate.is_latest
from releases
inner join gate on releases.release_id = gate.release_id
left join cells on releases.release_id = cells.release_id
left join calendar on releases.release_id = calendar.release_id
order by releases.release_id
