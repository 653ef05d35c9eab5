with latest as (
    select release_id
    from {{ ref('int_release_gate') }}
    where is_latest
),

trade as (
    select int_trade.*
    from {{ ref('int_trade') }} as int_trade
    inner join latest on int_trade.release_id = latest.release_id
    where int_trade.period_type = 'month'
),

residuals as (
    select * from {{ ref('int_identity_residuals') }}
)

select
    trade.period_start as month_date,
    trade.component,
    trade.release_id,
    trade.line_number,
    trade.exports_musd,
    trade.imports_musd,
    trade.balance_musd,
    residuals.residual_musd as balance_residual_musd,
    trade.is_revised
from trade
left join residuals
    on
        trade.release_id = residuals.release_id
        and trade.period_type = residuals.period_type
        and trade.period_start = residuals.period_start
        and residuals.identity_id = 'balance_' || trade.component
order by month_date, trade.component
