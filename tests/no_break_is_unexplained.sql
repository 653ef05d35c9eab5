-- The gate. An identity that misses zero by more than rounding can explain means that a
-- number of the release is wrong. It stops here, before any mart, unless
-- known_discrepancies accepts it.
-- Grain of a failure: a release and identity in a period. Units: millions.
with gate as (
    select release_id
    from {{ ref('int_release_gate') }}
    where breaks > accepted_breaks
),

residuals as (
    select * from {{ ref('int_identity_residuals') }}
)

select
    residuals.release_id,
    residuals.identity_id,
    residuals.period_type,
    residuals.period_start,
    residuals.period_end,
    residuals.residual_musd,
    residuals.rounding_bound_musd
from residuals
inner join gate on residuals.release_id = gate.release_id
where
    residuals.status = 'break'
    and residuals.accepted_reason is null
