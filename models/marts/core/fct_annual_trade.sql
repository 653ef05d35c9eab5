with latest as (
    select release_id
    from {{ ref('int_release_gate') }}
    where is_latest
),

trade as (
    select int_trade.*
    from {{ ref('int_trade') }} as int_trade
    inner join latest on int_trade.release_id = latest.release_id
    where int_trade.period_type = 'year'
),

residuals as (
    select identities.*
    from {{ ref('int_identity_residuals') }} as identities
    inner join latest on identities.release_id = latest.release_id
    where identities.period_type = 'year'
),

-- A year's residuals side by side: of its balance identity and of each flow's period
-- identity.
residuals_by_component as (
    select
        trade.period_start,
        trade.component,
        max(residuals.residual_musd) filter (
            where residuals.identity_id = 'balance_' || trade.component
        ) as balance_residual_musd,
        max(residuals.residual_musd) filter (
            where residuals.identity_id = 'period_exports_' || trade.component
        ) as exports_period_residual_musd,
        max(residuals.residual_musd) filter (
            where residuals.identity_id = 'period_imports_' || trade.component
        ) as imports_period_residual_musd,
        max(residuals.residual_musd) filter (
            where residuals.identity_id = 'period_balance_' || trade.component
        ) as balance_period_residual_musd
    from trade
    inner join residuals on trade.period_start = residuals.period_start
    group by trade.period_start, trade.component
)

select
    cast(year(trade.period_start) as integer) as year,
    trade.component,
    trade.release_id,
    trade.line_number,
    trade.exports_musd,
    trade.imports_musd,
    trade.balance_musd,
    by_component.balance_residual_musd,
    -- The months have been added up once, in the period identity: its residual is the
    -- year's row less their sum.
    trade.exports_musd - by_component.exports_period_residual_musd
        as exports_sum_of_months_musd,
    by_component.exports_period_residual_musd,
    trade.imports_musd - by_component.imports_period_residual_musd
        as imports_sum_of_months_musd,
    by_component.imports_period_residual_musd,
    trade.balance_musd - by_component.balance_period_residual_musd
        as balance_sum_of_months_musd,
    by_component.balance_period_residual_musd,
    cast(datediff('month', trade.period_start, trade.period_end) + 1 as integer)
        as months_covered,
    trade.period_start as first_month,
    cast(date_trunc('month', trade.period_end) as date) as last_month,
    months_covered = 12 as is_full_year,
    trade.is_revised
from trade
left join residuals_by_component as by_component
    on
        trade.period_start = by_component.period_start
        and trade.component = by_component.component
order by year, trade.component
