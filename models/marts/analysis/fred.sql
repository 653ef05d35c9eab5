{{ config(
    materialized = "table_function",
    meta = {"parameters": ["fred_series_id", "units"]},
    contract = {"enforced": false},
    persist_docs = {"relation": false, "columns": false},
) }}

{#
    The tables are named without their database, so that the macro answers in a copy of the
    file that has another name. A name without its table is the parameter.
#}
{% set series = ref('dim_series').include(database=false) %}
{% set indicators = ref('mart_trade_indicators').include(database=false) %}

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
)

select
    indicators.month_date as date,
    cast(
        case units  -- noqa: RF02
            when 'lin' then indicators.value_musd
            when 'chg' then indicators.change_musd
            when 'ch1' then indicators.change_from_year_ago_musd
            when 'pch' then indicators.change_pct
            when 'pc1' then indicators.change_from_year_ago_pct
            else
                -- noqa: disable=RF02
                error('units are lin, chg, ch1, pch or pc1, not ' || units)
                -- noqa: enable=RF02
        end as double
    ) as value
from {{ indicators }} as indicators
inner join known
    on
        indicators.component = known.component
        and indicators.flow = known.flow
order by indicators.month_date
