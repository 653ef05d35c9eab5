{#
    sum_over(series, first, last): the sum of value_musd over the months from `first` back to
    `last` back, of rows with month_number; null unless all of them are there. The tests add up
    so what the models join.
    series: the columns that part one series from another.
    Grain: a window. Units: millions of dollars.
#}
{% macro sum_over(series, first, last) -%}
    {%- set months -%}
        over (
            partition by {{ series }}
            order by month_number
            range between {{ first }} preceding and {{ last }} preceding
        )
    {%- endset -%}
    case
        when count(*) {{ months }} = {{ first - last + 1 }}
            then cast(sum(value_musd) {{ months }} as bigint)
    end
{%- endmacro %}

{#
    is_ratio(ratio, numerator, denominator, decimals): whether a number with so many decimals is
    the ratio of two whole numbers: multiplied back, it misses by half a unit of the last decimal
    at most. Null is the ratio where one of the two is null or the denominator is zero.
    Grain: a condition, never null.
#}
{% macro is_ratio(ratio, numerator, denominator, decimals) -%}
    case
        when nullif({{ denominator }}, 0) is null or {{ numerator }} is null
            then {{ ratio }} is null
        else
            coalesce(
                2 * abs({{ ratio }} * {{ denominator }} - {{ numerator }})
                <= abs({{ denominator }}) * {{ '0.' ~ '0' * (decimals - 1) ~ '1' }},
                false
            )
    end
{%- endmacro %}
