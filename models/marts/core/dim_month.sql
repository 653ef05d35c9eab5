with months as (
    select period_start as month_date
    from {{ ref('int_valid_rows') }}
    where
        is_current
        and period_type = 'month'
)

select
    month_date,
    {{ year_month('month_date') }} as year_month,
    {{ month_name('month_date') }} as month_name,
    cast(year(month_date) as integer) as year,
    cast(quarter(month_date) as integer) as quarter,
    cast(month(month_date) as integer) as month_number,
    month_date = max(month_date) over () as is_latest
from months
order by month_date
