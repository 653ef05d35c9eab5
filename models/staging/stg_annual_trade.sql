select
    release_id,
    line_number,
    make_date(year, first_month, 1) as first_month,
    make_date(year, last_month, 1) as last_month,
    label,
    layout,
    balance_total,
    balance_goods,
    balance_services,
    exports_total,
    exports_goods,
    exports_services,
    imports_total,
    imports_goods,
    imports_services,
    is_revised
from {{ ref('annual_trade') }}
