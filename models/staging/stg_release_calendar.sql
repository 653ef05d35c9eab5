select
    release_id,
    released_on,
    source
from {{ ref('release_calendar') }}
