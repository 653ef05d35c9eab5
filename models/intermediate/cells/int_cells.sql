with printed_rows as (
    select
        release_id,
        line_number,
        period_type,
        period_start,
        period_end,
        balance_total,
        balance_goods,
        balance_services,
        exports_total,
        exports_goods,
        exports_services,
        imports_total,
        imports_goods,
        imports_services
    from {{ ref('stg_printed_rows') }}
),

cells as (
    select *
    from printed_rows
    unpivot (
        published_musd for series_id in (
            balance_total, balance_goods, balance_services,
            exports_total, exports_goods, exports_services,
            imports_total, imports_goods, imports_services
        )
    )
)

select
    release_id,
    line_number,
    series_id,
    period_type,
    period_start,
    period_end,
    published_musd
from cells
