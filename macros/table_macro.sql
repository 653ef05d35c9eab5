{#
    A table macro as a model: `create or replace macro name(parameters) as table`, whose parameters
    stand in the model's config, under `meta`, where every dbt takes them. Its description is
    kept in the database as that of other models is.
#}
{% materialization table_macro, adapter='duckdb' %}
    {%- set relation = api.Relation.create(
        database=database, schema=schema, identifier=model.alias, type='view'
    ) -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('main') -%}
        create or replace macro {{ relation.include(database=false) }}(
        {{ config.get('meta')['parameters'] | join(', ') }}
        ) as table {{ sql }}
    {%- endcall %}
    {% do run_query(
        'comment on macro table ' ~ relation.include(database=false)
        ~ " is '" ~ (model.description | trim | replace("'", "''")) ~ "'"
    ) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ return({'relations': []}) }}
{% endmaterialization %}

{#
    asked_series(): two CTEs for a table macro with the parameter fred_series_id: `known` has the one
    series that FRED calls so, its component and flow; there is an error where there is none.
    Grain: one row. Tables are named without their database, so that a table macro answers in a
    copy of the file that has another name; a name without its table is the parameter.
#}
{% macro asked_series() -%}
    asked as (
        select
            max(component) as component,
            max(flow) as flow
        from {{ ref('dim_series').include(database=false) }} as series
        where series.fred_series_id = fred_series_id
    ),

    known as (
        select
            flow,
            coalesce(
                component,
                error(
                    'no FRED series is called ' || fred_series_id
                    || '; dim_series has nine'
                )
            ) as component
        from asked
    )
{%- endmacro %}
