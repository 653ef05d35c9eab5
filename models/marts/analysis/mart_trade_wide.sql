with latest as (
    select release_id
    from {{ ref('int_release_gate') }}
    where is_latest
),

cells as (
    select
        int_cells.period_start as month_date,
        int_cells.series_id,
        int_cells.published_musd
    from {{ ref('int_cells') }} as int_cells
    inner join latest on int_cells.release_id = latest.release_id
    where int_cells.period_type = 'month'
),

wide as (
    pivot cells
    on series_id in (
        'balance_total', 'balance_goods', 'balance_services',
        'exports_total', 'exports_goods', 'exports_services',
        'imports_total', 'imports_goods', 'imports_services'
    )
    using max(published_musd) as musd
    group by month_date
)

select *
from wide
order by month_date
