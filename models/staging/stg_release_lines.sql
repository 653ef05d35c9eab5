select
    release_id,
    line_number,
    -- Remove the end mark, without which dbt reads blanks and the word null as null.
    left(text, length(text) - 1) as line_text
from {{ ref('release_lines') }}
