-- The text of mart_release_text has the SHA-256 of the published file, with its line
-- ends and byte-order mark; for a workbook, that of the text that was read from it.
-- Grain of a failure: a release.
with releases as (
    select
        *,
        case line_ending when 'crlf' then chr(13) || chr(10) else chr(10) end
            as newline,
        case when has_byte_order_mark then '{{ "\ufeff" }}' else '' end
            as byte_order_mark
    from {{ ref('releases') }}
),

lines as (
    select
        release_text.release_id,
        release_text.line_number,
        release_text.line_text
        || case
            when
                release_text.line_number < releases.line_count
                or releases.ends_with_newline
                then releases.newline
            else ''
        end as line_bytes
    from {{ ref('mart_release_text') }} as release_text
    left join releases on release_text.release_id = releases.release_id
),

texts as (
    select
        release_id,
        {{ listed('line_bytes', 'line_number', '') }} as text,
        count(distinct line_number) as lines,
        min(line_number) as first_line,
        max(line_number) as last_line
    from lines
    group by release_id
),

valid_releases as (
    select release_id
    from {{ ref('dim_release') }}
    where is_valid
)

select
    coalesce(valid_releases.release_id, texts.release_id) as release_id,
    releases.line_count,
    texts.lines,
    texts.first_line,
    texts.last_line,
    releases.text_sha256,
    {{ sha256('releases.byte_order_mark || texts.text') }} as rebuilt_sha256
from valid_releases
full join texts on valid_releases.release_id = texts.release_id
left join releases on valid_releases.release_id = releases.release_id
where
    releases.text_sha256
    is distinct from {{ sha256('releases.byte_order_mark || texts.text') }}
    or valid_releases.release_id is null
    or releases.line_count is distinct from texts.lines
    or releases.line_count is distinct from texts.last_line
    or texts.first_line is distinct from 1
