{#
    Use a node's configured schema as it is ("marts"), without dbt's prefix ("main_marts"), so that
    a BI user sees one plain name. Source: dbt's own hook, docs.getdbt.com, "Custom schemas".
#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name if custom_schema_name is not none else target.schema }}
{%- endmacro %}
