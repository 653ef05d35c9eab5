-- To mend the identity, an error must shift its residual into the rounding bound: by at
-- least low_musd and at most high_musd. An accepted residual counts as none.
with residuals as (
    select
        release_id,
        identity_id,
        period_start,
        rounding_bound_musd,
        if(accepted_reason is null, residual_musd, 0) as residual_musd
    from {{ ref('int_identity_residuals') }}
)

select
    residuals.release_id,
    series.series_id,
    residuals.period_start as year_start,
    residuals.residual_musd - residuals.rounding_bound_musd as low_musd,
    residuals.residual_musd + residuals.rounding_bound_musd as high_musd,
    abs(residuals.residual_musd) > residuals.rounding_bound_musd as is_broken
from residuals
inner join {{ ref('stg_series') }} as series
    on residuals.identity_id = 'period_' || series.series_id
