with residuals as (
    select
        *,
        accepted_reason is not null as is_accepted
    from {{ ref('int_identity_residuals') }}
),

identities as (
    select * from {{ ref('identities') }}
    where
        identity_family = 'period'
        and taken_from = 'row'
),

audits as (
    select distinct
        release_id,
        is_accepted
    from residuals
    where status = 'break'
),

-- As in a row, breaks that were accepted and those that were not do not mix.
weighed as (
    select
        audits.release_id,
        audits.is_accepted,
        residuals.line_number,
        residuals.period_start,
        residuals.period_end,
        identities.series_id,
        residuals.rounding_bound_musd,
        case
            when residuals.status = 'break'
                and residuals.is_accepted != audits.is_accepted
                then 0
            else residuals.residual_musd
        end as residual_musd
    from audits
    inner join residuals on audits.release_id = residuals.release_id
    inner join identities on residuals.identity_id = identities.identity_id
)

select
    release_id,
    is_accepted,
    series_id,
    line_number,
    period_start,
    period_end,
    rounding_bound_musd,
    residual_musd - rounding_bound_musd as low_musd,
    residual_musd + rounding_bound_musd as high_musd,
    abs(residual_musd) > rounding_bound_musd as is_broken
from weighed
