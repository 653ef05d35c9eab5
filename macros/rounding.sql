{#
    rounding_bound(terms): the largest residual, in whole millions, that rounding alone can cause
    in an identity of that many printed cells. Each cell is printed to the nearest million and so
    errs by at most 0.5; the sum errs by at most terms / 2; and it is a whole number.
    Grain: an expression, one value per row. Units: millions of dollars.
#}
{% macro rounding_bound(terms) -%}
    ({{ terms }} // 2)
{%- endmacro %}

{#
    rounding_z(residual, terms): a residual in standard deviations of the sum of that many
    independent rounding errors, each uniform on one million and so of variance 1/12.
    Grain: an expression. Units: none.
#}
{% macro rounding_z(residual, terms) -%}
    ({{ residual }} / sqrt({{ terms }} / 12))
{%- endmacro %}
