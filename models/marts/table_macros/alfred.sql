{{ config(meta = {"parameters": {"fred_series_id": none}}) }}

{% set vintages = ref('fct_monthly_trade_vintages').include(database=false) %}

with {{ asked_series() }},

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
    coalesce(
        cast(
            lead(released_on) over (partition by month_date order by released_on)
            - interval 1 day as date
        ),
        date '9999-12-31'
    ) as realtime_end,
    cast(value_musd as double) as value
from compared
where
    value_before_musd is null
    or value_musd != value_before_musd
order by date, realtime_start
