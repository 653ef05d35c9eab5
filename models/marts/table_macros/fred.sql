{{ config(meta = {"parameters": ["fred_series_id", "units"]}) }}

{% set indicators = ref('mart_trade_indicators').include(database=false) %}

with {{ asked_series() }}

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
