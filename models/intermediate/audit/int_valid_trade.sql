{{ config(materialized = "view") }}

select
    valid_rows.release_id,
    valid_rows.line_number,
    components.component,
    valid_rows.period_type,
    valid_rows.period_start,
    valid_rows.period_end,
    case components.component
        when 'total' then valid_rows.exports_total
        when 'goods' then valid_rows.exports_goods
        when 'services' then valid_rows.exports_services
    end as exports_musd,
    case components.component
        when 'total' then valid_rows.imports_total
        when 'goods' then valid_rows.imports_goods
        when 'services' then valid_rows.imports_services
    end as imports_musd,
    case components.component
        when 'total' then valid_rows.balance_total
        when 'goods' then valid_rows.balance_goods
        when 'services' then valid_rows.balance_services
    end as balance_musd,
    valid_rows.estimate_release_id,
    valid_rows.estimate_number,
    valid_rows.is_revised,
    valid_rows.is_current,
    valid_rows.has_known_discrepancy
from {{ ref('int_valid_rows') }} as valid_rows
cross join {{ ref('components') }} as components
