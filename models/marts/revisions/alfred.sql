{{ config(
    materialized = "table_function",
    meta = {"parameters": ["fred_series_id"]},
    contract = {"enforced": false},
    persist_docs = {"relation": false, "columns": false},
) }}

{#
    The tables are named without their database, so that the macro answers in a copy of the
    file that has another name. A name without its table is the parameter.
#}
{% set series = ref('dim_series').include(database=false) %}
{% set vintages = ref('fct_monthly_trade_vintages').include(database=false) %}

with asked as (
    select
        max(component) as component,
        max(flow) as flow
    from {{ series }} as series
    where series.fred_series_id = fred_series_id  -- noqa: RF03
),

known as (
    select
        flow,
        coalesce(
            component,
            error(
                'no FRED series is called ' || fred_series_id || '; dim_series has nine'
            )
        ) as component
    from asked
),

prints as (
    select
        vintages.month_date,
        vintages.released_on,
        case known.flow
            when 'exports' then vintages.exports_musd
            when 'imports' then vintages.imports_musd
            when 'balance' then vintages.balance_musd
        end as value_musd
    from {{ vintages }} as vintages
    inner join known on vintages.component = known.component
    where vintages.released_on is not null
),

compared as (
    select
        *,
        lag(value_musd) over (partition by month_date order by released_on)
            as value_before_musd
    from prints
)

select
    month_date as date,
    released_on as realtime_start,
    cast(
        lead(released_on) over (partition by month_date order by released_on)
        - interval 1 day as date
    ) as realtime_end,
    cast(value_musd as double) as value
from compared
where
    value_before_musd is null
    or value_musd != value_before_musd
order by date, realtime_start
