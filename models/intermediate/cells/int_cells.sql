select
    release_id,
    line_number,
    series_id,
    period_type,
    period_start,
    period_end,
    published_musd
from {{ ref('stg_printed_rows') }}
unpivot (
    published_musd for series_id in (
        balance_total, balance_goods, balance_services,
        exports_total, exports_goods, exports_services,
        imports_total, imports_goods, imports_services
    )
)
