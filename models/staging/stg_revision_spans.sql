select
    reference_month,
    months_back,
    reason
from {{ ref('revision_spans') }}
