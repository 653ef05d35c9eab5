select
    release_id,
    identity_id,
    period_type,
    identity_family,
    component,
    flow,
    status,
    accepted_reason,
    line_number,
    terms,
    residual_musd,
    rounding_bound_musd,
    z_score,
    period_start,
    period_end
from {{ ref('int_sound_residuals') }}
order by release_id, period_start, period_type, identity_id
