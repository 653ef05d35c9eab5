{#
    rounded_ratio(numerator, denominator, decimals): the ratio of two whole numbers, rounded once
    to that many decimals, half away from zero, in whole numbers from end to end: the exact tie
    1.25 gives 1.3 and -1.25 gives -1.3, which binary floating point cannot promise. Null where
    either is null or the denominator is zero. On the way the products may outgrow 64 bits, hence
    the HUGEINT; the sign is set aside and put back, so that both sides of zero round alike.
    Grain: an expression. Units: those of the ratio; a DECIMAL with that many decimals.

    To nine decimals a percent change may be rounded again and comes out as if rounded once: no
    ratio over a base below 100 million (millions of dollars, that is) can lie so close to a tie
    of one decimal without being that tie.
#}
{% macro rounded_ratio(numerator, denominator, decimals) -%}
    cast(
        cast(sign({{ numerator }}) as integer) * cast(sign({{ denominator }}) as integer)
        * {{ whole_quotient(
            '(2 * ' ~ 10 ** decimals ~ ' * abs(cast(' ~ numerator ~ ' as decimal(28, 0)))'
            ~ ' + abs(' ~ denominator ~ '))',
            '(2 * abs(nullif(' ~ denominator ~ ', 0)))'
        ) }}
        * cast({{ '0.' ~ '0' * (decimals - 1) ~ '1' }} as decimal(18, {{ decimals }}))
        as decimal(18, {{ decimals }})
    )
{%- endmacro %}

{#
    percent_base(value, base): the base of a percent change, or null where there is none to speak
    of: the base is zero, or the two have different signs, as when a deficit turns into a surplus.
    Of a balance that stays negative, 100 * (value - base) / base is the percent change of the
    deficit: above zero where the deficit grows.
    Grain: an expression. Units: those of the base.
#}
{% macro percent_base(value, base) -%}
    (case when sign({{ value }}) * sign({{ base }}) >= 0 then nullif({{ base }}, 0) end)
{%- endmacro %}

{#
    percent_change(value, base): the change from base to value in percent, to nine decimals.
    Grain: an expression. Units: percent.
#}
{% macro percent_change(value, base) -%}
    {{ rounded_ratio(
        '(cast(100 as bigint) * (' ~ value ~ ' - ' ~ base ~ '))',
        percent_base(value, base),
        9
    ) }}
{%- endmacro %}

{#
    sum_of_months(ago): the sum over so many months that ends so many months ago, of a group of
    rows with months, months_ago and published_musd; null unless all of them are there.
    Grain: an aggregate. Units: millions of dollars.
#}
{% macro sum_of_months(ago) -%}
    {%- set is_in = 'months_ago between ' ~ ago ~ ' and months + ' ~ (ago - 1) -%}
    case
        when sum(case when {{ is_in }} then 1 else 0 end) = max(months)
            then cast(sum(case when {{ is_in }} then published_musd else 0 end) as bigint)
    end
{%- endmacro %}

{#
    busd(musd): whole millions of dollars in billions, exact: -68901 is -68.901.
    Grain: an expression. Units: billions of dollars.
#}
{% macro busd(musd) -%} cast({{ musd }} * 0.001 as decimal(18, 3)) {%- endmacro %}

{#
    standard_deviation(x): the sample standard deviation of whole numbers, from their exact sums,
    so that it comes out the same in whatever order they are added; null of fewer than two.
    Grain: an aggregate. Units: those of x.
#}
{% macro standard_deviation(x) -%}
    sqrt(
        cast(
            count({{ x }}) * sum(cast({{ x }} as decimal(19, 0)) * {{ x }})
            - cast(sum({{ x }}) as decimal(19, 0)) * cast(sum({{ x }}) as decimal(19, 0))
            as double
        ) / nullif(count({{ x }}) * (count({{ x }}) - 1), 0)
    )
{%- endmacro %}
