{#
    rounding_bound(terms): returns the largest residual that rounding alone can cause in an identity
    of so many cells. Each cell is off by at most 0.5, so the sum by less than terms / 2, in whole
    millions: (terms - 1) // 2. Grain: an expression. Units: millions of dollars.
#}
{% macro rounding_bound(terms) -%}
    cast(floor(({{ terms }} - 1) / 2.0) as integer)
{%- endmacro %}

{#
    rounding_z(residual, terms): returns a residual in standard deviations of the sum of so many
    independent rounding errors, each uniform on one million with variance 1/12. Binary, because
    some engines give decimal quotients few digits. Grain: an expression. Units: none.
#}
{% macro rounding_z(residual, terms) -%}
    ({{ residual }} / sqrt(cast({{ terms }} as double) / 12))
{%- endmacro %}
