-- "Nothing was lost": the text that mart_release_text gives back has the SHA-256 of the
-- published file, with its line ends and byte-order mark; of a workbook, that of the
-- text that was read. Grain of a failure: a release.
with releases as (
    select
        *,
        if(line_ending = 'crlf', chr(13) || chr(10), chr(10)) as newline,
        if(has_byte_order_mark, chr(65279), '') as byte_order_mark
    from {{ ref('dim_release') }}
),

lines as (
    select
        releases.release_id,
        releases.text_sha256,
        releases.byte_order_mark,
        release_text.line_number,
        release_text.line_text
        || case
            when release_text.line_number < releases.line_count then releases.newline
            when releases.ends_with_newline then releases.newline
            else ''
        end as line_bytes
    from releases
    left join {{ ref('mart_release_text') }} as release_text
        on releases.release_id = release_text.release_id
),

rebuilt as (
    select
        release_id,
        text_sha256,
        sha256(byte_order_mark || string_agg(line_bytes, '' order by line_number))
            as rebuilt_sha256
    from lines
    group by release_id, text_sha256, byte_order_mark
)

select *
from rebuilt
where rebuilt_sha256 is distinct from text_sha256
