-- depends_on: {{ ref("int_suspect_cells") }}: they are known before the gate falls.
with releases as (
    select * from {{ ref('stg_releases') }}
),

breaks as (
    select
        release_id,
        count(*) as breaks,
        count(accepted_reason) as accepted_breaks
    from {{ ref('int_identity_residuals') }}
    where status = 'break'
    group by release_id
)

select
    releases.release_id,
    coalesce(breaks.breaks, 0) as breaks,
    coalesce(breaks.accepted_breaks, 0) as accepted_breaks,
    releases.release_id = max(releases.release_id) over () as is_latest
from releases
left join breaks on releases.release_id = breaks.release_id
