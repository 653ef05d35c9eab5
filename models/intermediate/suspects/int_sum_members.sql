{{ config(materialized = "view") }}

with cells as (
    select * from {{ ref('int_cells') }}
),

sums as (
    select * from {{ ref('int_wider_sums') }}
)

-- The row that gives the sum counts 1 in it, and its months, or the month that it
-- remembers, -1: so each sum speaks of the cell's own error.
select
    cells.release_id,
    cells.line_number,
    cells.series_id,
    sums.is_accepted,
    sums.release_id as sum_release_id,
    sums.line_number as sum_line_number,
    sums.identity_family,
    1 as coefficient,
    sums.residual_musd,
    sums.low_musd,
    sums.high_musd,
    sums.is_broken
from cells
inner join sums
    on
        cells.release_id = sums.release_id
        and cells.line_number = sums.line_number
        and cells.series_id = sums.series_id
union all
select
    cells.release_id,
    cells.line_number,
    cells.series_id,
    sums.is_accepted,
    sums.release_id as sum_release_id,
    sums.line_number as sum_line_number,
    sums.identity_family,
    -1 as coefficient,
    sums.residual_musd,
    -sums.high_musd as low_musd,
    -sums.low_musd as high_musd,
    sums.is_broken
from cells
inner join sums
    on
        cells.release_id = sums.months_release_id
        and cells.series_id = sums.series_id
        and cells.period_start between sums.period_start and sums.period_end
where cells.period_type = 'month'
