select
    series_id,
    flow,
    component,
    title,
    label,
    fred_series_id,
    sort_order
from {{ ref('series') }}
order by sort_order
