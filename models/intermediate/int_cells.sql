with series as (
    select * from {{ ref('stg_series') }}
),

rows_of_cells as (
    select
        'month' as period_type,
        month_date as period_start,
        month_date as last_month,
        * exclude (month_date)
    from {{ ref('stg_monthly_trade') }}
    union all by name
    select
        'year' as period_type,
        first_month as period_start,
        * exclude (first_month)
    from {{ ref('stg_annual_trade') }}
),

cells as (
    unpivot rows_of_cells
    on columns('^(balance|exports|imports)_')
    into name series_id value published_musd
)

select
    cells.release_id,
    cells.period_type,
    cells.period_start,
    last_day(cells.last_month) as period_end,
    cells.series_id,
    series.component,
    series.flow,
    cells.line_number,
    cells.published_musd,
    cells.is_revised
from cells
inner join series on cells.series_id = series.series_id
