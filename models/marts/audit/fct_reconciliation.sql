-- depends_on: {{ ref('int_release_gate') }}
with residuals as (
    select * from {{ ref('int_identity_residuals') }}
),

series as (
    select * from {{ ref('stg_series') }}
),

terms as (
    select
        identity_id,
        identity_family,
        series_id
    from {{ ref('stg_identities') }}
    union all
    select
        'period_' || series_id as identity_id,
        'period' as identity_family,
        series_id
    from series
),

-- What all terms of an identity share: a balance identity its component, a component
-- identity its flow, a period identity both.
identities as (
    select
        terms.identity_id,
        terms.identity_family,
        case when count(distinct series.component) = 1 then max(series.component) end
            as component,
        case when count(distinct series.flow) = 1 then max(series.flow) end as flow
    from terms
    inner join series on terms.series_id = series.series_id
    group by terms.identity_id, terms.identity_family
)

select
    residuals.release_id,
    residuals.identity_id,
    residuals.period_type,
    identities.identity_family,
    identities.component,
    identities.flow,
    residuals.status,
    residuals.accepted_reason,
    residuals.line_number,
    residuals.terms,
    residuals.residual_musd,
    residuals.rounding_bound_musd,
    residuals.z_score,
    residuals.period_start,
    residuals.period_end
from residuals
inner join identities on residuals.identity_id = identities.identity_id
order by
    residuals.release_id,
    residuals.period_start,
    residuals.period_type,
    residuals.identity_id
