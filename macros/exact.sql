{#
    ratio(numerator, denominator, decimals): the ratio of two whole numbers to so many decimals,
    ties away from zero. It is kept to nine decimals first: no ratio over a base below 100 million
    lies so close to a tie of one decimal without being that tie; and in binary, since a quotient of
    decimals has six on Spark. Null where the denominator is zero.
    Grain: an expression; a DECIMAL.
#}
{% macro ratio(numerator, denominator, decimals=9) -%}
    cast(
        cast(
            cast({{ numerator }} as double) / nullif({{ denominator }}, 0)
            as decimal(18, 9)
        ) as decimal(18, {{ decimals }})
    )
{%- endmacro %}

{#
    percent_base(value, base): the base of a percent change; null where it is zero, or a deficit
    turned into a surplus. Of a balance that stays negative, the percent change is the deficit's.
#}
{% macro percent_base(value, base) -%}
    (case when sign({{ value }}) * sign({{ base }}) >= 0 then nullif({{ base }}, 0) end)
{%- endmacro %}

{% macro percent_change(value, base) -%}
    {{ ratio('100.0 * (' ~ value ~ ' - ' ~ base ~ ')', percent_base(value, base)) }}
{%- endmacro %}

{#
    busd(musd): whole millions of dollars in billions, exact: -68901 is -68.901.
#}
{% macro busd(musd) -%} cast({{ musd }} * 0.001 as decimal(18, 3)) {%- endmacro %}

{#
    sum_of_months(first, last): the sum of published_musd over the months from `first` back to `last`
    back (below zero: ahead), in the row's edition and series; null unless all of them are there.
#}
{% macro sum_of_months(first, last) -%}
    {%- set window -%}
        over (
            partition by edition, series_id
            order by month_number
            range between {{ first }} preceding
            and {{ last if last >= 0 else -last }} {{ 'preceding' if last >= 0 else 'following' }}
        )
    {%- endset -%}
    case
        when count(*) {{ window }} = {{ first - last + 1 }}
            then cast(sum(published_musd) {{ window }} as bigint)
    end
{%- endmacro %}
