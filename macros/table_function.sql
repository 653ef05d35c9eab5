{#
    A table macro as a model: `create or replace macro name(parameters) as table`, whose parameters
    stand in the model's config, under `meta`, where every dbt takes them. Its description is
    kept in the database as that of other models is.
#}
{% materialization table_function, adapter='duckdb' %}
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
