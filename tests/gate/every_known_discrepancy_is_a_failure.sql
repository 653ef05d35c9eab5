-- A known discrepancy names a known identity, gives its reason in words, and is a
-- failure of its release, if that is loaded; remove it when the release no longer
-- fails. Grain of a failure: a row of known_discrepancies and what is wrong with it.
with known as (
    select
        known.*,
        releases.release_id is not null as is_loaded
    from {{ ref('known_discrepancies') }} as known
    left join {{ ref('stg_releases') }} as releases
        on known.release_id = releases.release_id
),

residuals as (
    select * from {{ ref('int_identity_residuals') }}
),

judged as (
    select
        case
            -- Two words, with letters.
            when
                coalesce(lower(known.reason) = upper(known.reason), true)
                or trim(known.reason) not like '% %'
                then 'the reason is no words; say why the number is right as it is'
            when known.is_loaded and residuals.release_id is null
                then 'the release has no such identity'
            when known.is_loaded and residuals.accepted_reason is null
                then 'the release has no such failure: its residual is another'
        end as fault,
        known.release_id,
        known.identity_id,
        known.period_type,
        known.period_start,
        known.period_end,
        known.residual_musd,
        known.reason,
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
)

select *
from judged
where fault is not null
