select
    release_id,
    month_date,
    series_id,
    previous_release_id,
    previous_musd,
    value_musd,
    revision_musd,
    is_usual
from {{ ref('int_release_changes') }}
order by release_id, month_date, series_id
