-- depends_on: {{ ref('int_release_gate') }}
select
    series_id,
    flow,
    component,
    title,
    fred_series_id
from {{ ref('stg_series') }}
order by position
