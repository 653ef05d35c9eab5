with releases as (
    select * from {{ ref('int_releases') }}
    where is_valid
),

printed_rows as (
    select
        valid_rows.release_id,
        valid_rows.line_number,
        valid_rows.label || chr(9)
        || {{ printed_numbers('coalesce(valid_rows.layout, releases.cell_layout)') }}
            as line_text
    from {{ ref('int_valid_rows') }} as valid_rows
    inner join releases on valid_rows.release_id = releases.release_id
)

select * from printed_rows
union all
select
    other_lines.release_id,
    other_lines.line_number,
    other_lines.line_text
from {{ ref('stg_release_lines') }} as other_lines
inner join releases on other_lines.release_id = releases.release_id
order by release_id, line_number
