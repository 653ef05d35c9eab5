-- An accepted break that its release no longer has is out of date, and its row goes;
-- and a break is accepted of an identity that there is, for a reason, or not. Of a
-- release that is not loaded nothing is known. Grain of a failure: a row of
-- known_discrepancies.
with known as (
    select known.*
    from {{ ref('known_discrepancies') }} as known
    inner join {{ ref('stg_releases') }} as releases
        on known.release_id = releases.release_id
),

residuals as (
    select * from {{ ref('int_identity_residuals') }}
)

select
    known.*,
    residuals.residual_musd as found_residual_musd,
    residuals.rounding_bound_musd,
    residuals.status
from known
left join residuals
    on
        known.release_id = residuals.release_id
        and known.identity_id = residuals.identity_id
        and known.period_type = residuals.period_type
        and known.period_start = residuals.period_start
        and known.period_end = residuals.period_end
where
    residuals.accepted_reason is null
    or trim(known.reason) = ''
