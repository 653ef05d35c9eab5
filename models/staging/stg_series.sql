select
    series_id,
    position,
    flow,
    component,
    title,
    fred_series_id
from {{ ref('series') }}
