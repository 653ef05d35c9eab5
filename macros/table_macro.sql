{#
    A table macro as a model: `create or replace macro name(parameters) as table`. The parameters
    stand in the model's config, under `meta`, where every dbt takes them, each with what stands
    for it where it is not given (none: it must be); in the SQL they are written `asked_name`. What may
    be left out makes an overload, since DuckDB before 1.3 takes a parameter with a default by its
    name alone. The description is kept in the database as that of other models is.
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
    must(condition, message): for a `where`: true, or else an error, which no query can leave out by
    asking for other columns. Null, as a condition or in a message, is an error in words, too.
#}
{% macro must(condition, message) -%}
    case when {{ condition }} then true else error({{ message }}) end
{%- endmacro %}

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
