select
    release_id,
    line_number,
    period_type,
    make_date(year, month, 1) as period_start,
    last_day(make_date(year, month, 1)) as period_end,
    -- A row as previously published has no label, which a CSV cannot tell from null.
    coalesce(label, '') as label,
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
union all
select
    release_id,
    line_number,
    period_type,
    make_date(year, first_month, 1) as period_start,
    last_day(make_date(year, last_month, 1)) as period_end,
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
