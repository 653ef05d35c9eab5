with releases as (
    select * from {{ ref('dim_release') }}
),

prints as (
    select
        trade.release_id,
        trade.period_start as month_date,
        trade.component,
        trade.line_number,
        trade.exports_musd,
        trade.imports_musd,
        trade.balance_musd,
        releases.released_on,
        trade.is_revised,
        trade.period_start = releases.last_month as is_first_print
    from {{ ref('int_trade') }} as trade
    inner join releases on trade.release_id = releases.release_id
    where trade.period_type = 'month'
)

select
    release_id,
    month_date,
    component,
    line_number,
    cast(row_number() over one_cell as integer) as print_number,
    exports_musd,
    imports_musd,
    balance_musd,
    exports_musd - lag(exports_musd) over one_cell
        as exports_revision_from_previous_musd,
    imports_musd - lag(imports_musd) over one_cell
        as imports_revision_from_previous_musd,
    balance_musd - lag(balance_musd) over one_cell
        as balance_revision_from_previous_musd,
    exports_musd - first_value(exports_musd) over one_cell
        as exports_revision_from_first_musd,
    imports_musd - first_value(imports_musd) over one_cell
        as imports_revision_from_first_musd,
    balance_musd - first_value(balance_musd) over one_cell
        as balance_revision_from_first_musd,
    released_on,
    is_revised,
    is_first_print
from prints
window one_cell as (partition by month_date, component order by release_id)
order by release_id, month_date, component
