with headlines as (
    select
        *,
        cast(release_id || '-01' as date) as last_month
    from {{ ref('headline_deficits') }}
)

select
    release_id,
    last_month as month_date,
    1 as estimate_number,
    deficit_busd,
    is_annual_revision
from headlines
union all
select
    release_id,
    cast(last_month - interval 1 month as date) as month_date,
    2 as estimate_number,
    previous_month_deficit_busd as deficit_busd,
    is_annual_revision
from headlines
