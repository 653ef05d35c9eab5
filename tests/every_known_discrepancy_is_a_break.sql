-- An accepted break that the release no longer has is out of date, and its row goes;
-- and a break is accepted for a reason, or not. Grain of a failure: a row of
-- known_discrepancies.
with known as (
    select * from {{ ref('stg_known_discrepancies') }}
),

-- The gate is named so that this test, too, stops a build before the marts.
gate as (
    select release_id from {{ ref('int_release_gate') }}
),

residuals as (
    select identities.*
    from {{ ref('int_identity_residuals') }} as identities
    inner join gate on identities.release_id = gate.release_id
    where identities.accepted_reason is not null
)

select known.*
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
