select
    series_id,
    flow,
    component,
    title,
    fred_series_id,
    sort_order
from {{ ref('series') }}
order by sort_order
