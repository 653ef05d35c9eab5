select
    release_id,
    previous_release_id,
    largest_series_id,
    sentence,
    revised_numbers,
    revised_months,
    unusual_numbers,
    largest_revision_musd,
    first_revised_month,
    last_revised_month,
    largest_month
from {{ ref('int_release_summaries') }}
order by release_id
