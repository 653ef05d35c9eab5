-- depends_on: {{ ref('int_release_gate') }}
select
    peak_month,
    trough_month,
    source,
    cast(datediff('month', peak_month, trough_month) as integer)
        as months_from_peak_to_trough
from {{ ref('stg_recessions') }}
order by peak_month
