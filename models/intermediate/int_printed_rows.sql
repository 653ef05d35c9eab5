{{ config(materialized = "view") }}

with printed_rows as (
    select
        release_id,
        line_number,
        label,
        layout
    from {{ ref('stg_monthly_trade') }}
    union all
    select
        release_id,
        line_number,
        label,
        layout
    from {{ ref('stg_annual_trade') }}
)

select
    printed_rows.release_id,
    printed_rows.line_number,
    printed_rows.label,
    coalesce(printed_rows.layout, releases.cell_layout) as layout
from printed_rows
inner join {{ ref('stg_releases') }} as releases
    on printed_rows.release_id = releases.release_id
