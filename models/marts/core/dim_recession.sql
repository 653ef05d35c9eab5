select
    peak_month,
    trough_month,
    source,
    cast(
        {{ month_number('trough_month') }} - {{ month_number('peak_month') }} as bigint
    ) as months_from_peak_to_trough
from {{ ref('recessions') }}
order by peak_month
