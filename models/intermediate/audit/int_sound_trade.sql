with sound_rows as (
    select * from {{ ref('int_sound_rows') }}
),

components as (
    select * from {{ ref('components') }}
)

select
    sound_rows.release_id,
    sound_rows.line_number,
    components.component,
    sound_rows.period_type,
    sound_rows.period_start,
    sound_rows.period_end,
    case components.component
        when 'total' then sound_rows.exports_total
        when 'goods' then sound_rows.exports_goods
        when 'services' then sound_rows.exports_services
    end as exports_musd,
    case components.component
        when 'total' then sound_rows.imports_total
        when 'goods' then sound_rows.imports_goods
        when 'services' then sound_rows.imports_services
    end as imports_musd,
    case components.component
        when 'total' then sound_rows.balance_total
        when 'goods' then sound_rows.balance_goods
        when 'services' then sound_rows.balance_services
    end as balance_musd,
    sound_rows.print_release_id,
    sound_rows.print_number,
    sound_rows.is_revised,
    sound_rows.is_current,
    sound_rows.has_accepted_break
from sound_rows
cross join components
