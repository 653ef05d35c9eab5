with releases as (
    select * from {{ ref('int_releases') }}
    where is_valid
)

select
    residuals.release_id,
    residuals.identity_id,
    residuals.period_type,
    residuals.identity_family,
    residuals.component,
    residuals.flow,
    residuals.status,
    residuals.accepted_reason,
    residuals.line_number,
    residuals.terms,
    residuals.residual_musd,
    residuals.rounding_bound_musd,
    residuals.z_score,
    residuals.period_start,
    residuals.period_end
from {{ ref('int_identity_residuals') }} as residuals
inner join releases on residuals.release_id = releases.release_id
left join releases as compared
    on residuals.compared_release_id = compared.release_id
where
    residuals.compared_release_id is null
    or compared.release_id is not null
order by
    residuals.release_id,
    residuals.period_start,
    residuals.period_type,
    residuals.identity_id
