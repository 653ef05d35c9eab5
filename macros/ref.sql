{#
    ref(name), ref(package, name): dbt's ref to a node of this project. If another project installs
    this one, its own model of the same name would win otherwise. Arguments of generic tests name
    the package: dbt 1 does not call this macro there.
#}
{% macro ref(package, name=none) -%}
    {% do return(builtins.ref('us_trade', name or package)) %}
{%- endmacro %}
