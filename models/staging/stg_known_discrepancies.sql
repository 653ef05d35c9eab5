select
    release_id,
    identity_id,
    period_type,
    period_start,
    period_end,
    residual_musd,
    reason
from {{ ref('known_discrepancies') }}
