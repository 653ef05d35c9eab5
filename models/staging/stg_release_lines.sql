select
    release_id,
    line_number,
    -- A mark stands behind it: dbt takes blanks, and the word null, for nothing.
    left(text, length(text) - 1) as line_text
from {{ ref('release_lines') }}
