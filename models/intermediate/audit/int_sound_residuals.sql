with residuals as (
    select * from {{ ref('int_identity_residuals') }}
),

releases as (
    select * from {{ ref('int_releases') }}
)

select residuals.*
from residuals
inner join releases on residuals.release_id = releases.release_id
left join releases as compared
    on residuals.compared_release_id = compared.release_id
where
    releases.is_sound
    and coalesce(compared.is_sound, true)
