with residuals as (
    select
        *,
        accepted_reason is not null as is_accepted
    from {{ ref('int_identity_residuals') }}
),

identities as (
    select * from {{ ref('identities') }}
    where taken_from = 'row'
),

audits as (
    select distinct
        release_id,
        is_accepted
    from residuals
    where status = 'break'
),

-- What a release remembers speaks of the release before, too.
audited as (
    select * from audits
    union
    select
        residuals.release_id,
        audits.is_accepted
    from residuals
    inner join audits on residuals.compared_release_id = audits.release_id
),

-- As in a row, breaks that were accepted and those that were not do not mix.
weighed as (
    select
        audited.is_accepted,
        residuals.release_id,
        residuals.line_number,
        residuals.identity_family,
        residuals.period_start,
        residuals.period_end,
        residuals.compared_release_id,
        identities.series_id,
        residuals.rounding_bound_musd,
        case
            when
                residuals.status = 'break'
                and residuals.is_accepted != audited.is_accepted
                then cast(0 as bigint)
            else residuals.residual_musd
        end as residual_musd
    from audited
    inner join residuals on audited.release_id = residuals.release_id
    inner join identities on residuals.identity_id = identities.identity_id
    where not residuals.is_within_row
)

select
    release_id,
    line_number,
    is_accepted,
    series_id,
    identity_family,
    period_start,
    period_end,
    coalesce(compared_release_id, release_id) as months_release_id,
    residual_musd,
    residual_musd - rounding_bound_musd as low_musd,
    residual_musd + rounding_bound_musd as high_musd,
    abs(residual_musd) > rounding_bound_musd as is_broken
from weighed
