select
    release_id,
    line_number,
    -- A CSV cannot tell an empty text from none: a blank line is the empty text.
    coalesce(text, '') as line_text
from {{ ref('release_lines') }}
