-- In the last month that an annual row covers, the year to date is the sum of that
-- row's months; in a December the trailing twelve months are the same. The two are
-- added up in different models. Units: millions. Grain of a failure: a year, component
-- and flow.
with years as (
    select
        component,
        last_month,
        is_full_year,
        exports_sum_of_months_musd as exports,
        imports_sum_of_months_musd as imports,
        balance_sum_of_months_musd as balance
    from {{ ref('fct_annual_trade') }}
),

sums as (
    select *
    from years
    unpivot (sum_of_months_musd for flow in (exports, imports, balance))
),

indicators as (
    select * from {{ ref('mart_trade_indicators') }}
)

select
    sums.*,
    indicators.year_to_date_musd,
    indicators.trailing_12_months_musd
from sums
left join indicators
    on
        sums.last_month = indicators.month_date
        and sums.component = indicators.component
        and sums.flow = indicators.flow
where
    sums.sum_of_months_musd is distinct from indicators.year_to_date_musd
    or (
        sums.is_full_year
        and sums.sum_of_months_musd is distinct from indicators.trailing_12_months_musd
    )
