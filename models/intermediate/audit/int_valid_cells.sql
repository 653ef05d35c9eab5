select
    release_id,
    line_number,
    series_id,
    period_type,
    period_start,
    period_end,
    published_musd,
    estimate_release_id,
    estimate_number,
    is_current
from {{ ref('int_valid_rows') }}
unpivot (
    published_musd for series_id in (
        balance_total, balance_goods, balance_services,
        exports_total, exports_goods, exports_services,
        imports_total, imports_goods, imports_services
    )
)
