select
    peak_month,
    trough_month,
    source
from {{ ref('recessions') }}
