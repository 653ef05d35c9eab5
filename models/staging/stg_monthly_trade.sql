select
    release_id,
    line_number,
    make_date(year, month, 1) as month_date,
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
from {{ ref('monthly_trade') }}
