{#
    ratio(numerator, denominator, decimals): divides two whole numbers and rounds ties away from
    zero; null if the denominator is zero. The quotient is binary, because Spark gives a decimal one
    six digits, and is rounded to nine decimals first: with a base below 100 million nothing but a
    tie of one decimal comes so close to it. Grain: an expression; a DECIMAL.
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
    percent_base(value, base): returns the base of a percent change; null if it is zero or the sign
    changed. While a balance stays negative, its percent change is that of the deficit.
#}
{% macro percent_base(value, base) -%}
    (case when sign({{ value }}) * sign({{ base }}) >= 0 then nullif({{ base }}, 0) end)
{%- endmacro %}

{% macro percent_change(value, base) -%}
    {{ ratio('100.0 * (' ~ value ~ ' - ' ~ base ~ ')', percent_base(value, base)) }}
{%- endmacro %}

{# busd(musd): converts whole millions of dollars to billions: -68901 is -68.901. #}
{% macro busd(musd) -%} cast({{ musd }} * 0.001 as decimal(18, 3)) {%- endmacro %}

{#
    sum_of_months(first, last): adds up published_musd from `first` months back to `last` months
    back (negative: ahead), in the row's edition and series; null if a month is missing.
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
