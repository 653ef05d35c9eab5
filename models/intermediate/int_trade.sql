{{ config(materialized = "view") }}

with cells as (
    select * from {{ ref('int_cells') }}
)

select
    release_id,
    period_type,
    period_start,
    period_end,
    component,
    line_number,
    max(published_musd) filter (where flow = 'exports') as exports_musd,
    max(published_musd) filter (where flow = 'imports') as imports_musd,
    max(published_musd) filter (where flow = 'balance') as balance_musd,
    bool_or(is_revised) as is_revised
from cells
group by
    release_id,
    period_type,
    period_start,
    period_end,
    component,
    line_number
