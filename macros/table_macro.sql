{#
    Build a table macro from a model: `create or replace macro name(parameters) as table`. The
    model's config lists the parameters under `meta`, each with its default (none: required); in the
    SQL they are written `asked_name`. An optional parameter makes an overload, because DuckDB before
    1.3 takes a parameter with a default only by name. The description becomes a comment.
#}
{% materialization table_macro, adapter='duckdb' %}
    {%- set relation = api.Relation.create(
        database=database, schema=schema, identifier=model.alias, type='view'
    ) -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- set parameters = config.get('meta')['parameters'] -%}
    {%- set names = parameters.keys() | list -%}
    {%- set overloads = [] -%}
    {%- set needed = parameters.values() | select('none') | list | length -%}
    {%- for given in range(needed, names | length + 1) -%}
        {%- set body = namespace(sql=sql) -%}
        {%- for name in names -%}
            {%- set body.sql = body.sql | replace(
                'asked_' ~ name, name if loop.index <= given else parameters[name]
            ) -%}
        {%- endfor -%}
        {%- do overloads.append(
            '(' ~ names[:given] | join(', ') ~ ') as table (' ~ body.sql ~ ')'
        ) -%}
    {%- endfor -%}
    {% call statement('main') -%}
        create or replace macro {{ relation.include(database=false) }}
        {{ overloads | join(', ') }}
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
    must(condition, message): raises an error unless the condition is true; null counts as false.
    Use it in `where`, so that no choice of columns skips it.
#}
{% macro must(condition, message) -%}
    case when {{ condition }} then true else error({{ message }}) end
{%- endmacro %}

{#
    asked_series(): writes two CTEs for a table macro with the parameter fred_series_id; `known` has
    one row, the component and flow of that series, or raises an error. Tables are named without
    their database, so that the macro works in a renamed copy of the file.
#}
{% macro asked_series() -%}
    asked as (
        select
            max(component) as component,
            max(flow) as flow
        from {{ ref('dim_series').include(database=false) }} as series
        where series.fred_series_id = asked_fred_series_id
    ),

    known as (
        select *
        from asked
        where {{ must(
            'component is not null',
            "concat('no FRED series is called ', coalesce(asked_fred_series_id, 'null'),"
            ~ " '; dim_series has nine')"
        ) }}
    )
{%- endmacro %}
