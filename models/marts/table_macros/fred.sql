{{ config(meta = {"parameters": {"fred_series_id": none, "units": "'lin'"}}) }}

{% set indicators = ref('mart_trade_indicators').include(database=false) %}

with {{ asked_series() }}

select
    indicators.month_date as date,
    cast(
        case asked_units  -- noqa: RF02
            when 'lin' then indicators.value_musd
            when 'chg' then indicators.change_musd
            when 'ch1' then indicators.change_from_year_ago_musd
            when 'pch' then indicators.change_pct
            when 'pc1' then indicators.change_from_year_ago_pct
        end as double
    ) as value
from {{ indicators }} as indicators
inner join known
    on
        indicators.component = known.component
        and indicators.flow = known.flow
-- noqa: disable=RF02
where {{ must(
    "asked_units in ('lin', 'chg', 'ch1', 'pch', 'pc1')",
    "concat('units are lin, chg, ch1, pch or pc1, not ', coalesce(asked_units, 'null'))"
) }}
-- noqa: enable=RF02
order by indicators.month_date
