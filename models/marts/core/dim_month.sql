select
    period_start as month_date,
    {{ year_month('period_start') }} as year_month,
    {{ month_name('period_start') }} as month_name,
    cast(year(period_start) as integer) as year,
    cast(quarter(period_start) as integer) as quarter,
    cast(month(period_start) as integer) as month_number,
    period_start = max(period_start) over () as is_latest
from {{ ref('int_valid_rows') }}
where
    is_current
    and period_type = 'month'
order by period_start
