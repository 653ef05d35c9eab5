{#
    rounding_bound(terms): the largest residual, in whole millions, that rounding alone can cause
    in an identity of that many printed cells. Each cell errs by less than 0.5 and so the sum by
    less than terms / 2; and it is a whole number: (terms - 1) // 2, in SQL that engines share.
    Grain: an expression, one value per row. Units: millions of dollars.
#}
{% macro rounding_bound(terms) -%}
    cast(floor(({{ terms }} - 1) / 2.0) as integer)
{%- endmacro %}

{#
    rounding_z(residual, terms): a residual in standard deviations of the sum of that many
    independent rounding errors, each uniform on one million and so of variance 1/12.
    In binary: a quotient of decimals has few digits on some engines.
    Grain: an expression. Units: none.
#}
{% macro rounding_z(residual, terms) -%}
    ({{ residual }} / sqrt(cast({{ terms }} as double) / 12))
{%- endmacro %}
