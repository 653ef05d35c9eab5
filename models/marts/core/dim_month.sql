with gate as (
    select * from {{ ref('int_release_gate') }}
),

releases as (
    select stg_releases.*
    from {{ ref('stg_releases') }} as stg_releases
    inner join gate on stg_releases.release_id = gate.release_id
),

span as (
    select
        min(first_month) as first_month,
        max(last_month) as last_month
    from releases
),

months as (
    select
        last_month,
        cast(
            unnest(generate_series(first_month, last_month, interval 1 month)) as date
        ) as month_date
    from span
)

select
    month_date,
    strftime(month_date, '%Y-%m') as year_month,
    monthname(month_date) as month_name,
    cast(year(month_date) as integer) as year,
    cast(quarter(month_date) as integer) as quarter,
    cast(month(month_date) as integer) as month_number,
    month_date = last_month as is_latest
from months
order by month_date
