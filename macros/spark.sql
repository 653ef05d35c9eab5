-- noqa: disable=LT02
{#
    Put a table on Spark into US_TRADE_LAKE/schema/table, if US_TRADE_LAKE is set, so that its
    Parquet is found by name; otherwise the catalog decides.
#}
{% macro spark__location_clause() %}
    {%- if env_var('US_TRADE_LAKE', '') %}
        location '{{ env_var('US_TRADE_LAKE') }}/{{ model.schema }}/{{ model.alias }}'
    {%- endif %}
{% endmacro %}

{#
    Refuse a catalog whose schemas hold what this project did not make: dbt would replace what has
    the name of a model. Called by on-run-start.
#}
{% macro refuse_others() %}
    {%- set ours = graph.nodes.values() | list if execute else [] -%}
    {%- for schema in ours | map(attribute='schema') | unique
        if adapter.check_schema_exists(none, schema) -%}
        {%- for table in run_query('show tables in ' ~ schema).columns[1]
            if table not in ours | map(attribute='alias') -%}
            {%- do exceptions.raise_compiler_error(
                schema ~ '.' ~ table ~ ': was not made by this project, which would replace what '
                'has the name of a model; nothing was built: move it, or use another catalog'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
{% endmacro %}

{#
    Write the rows of a seed on Spark as dbt does, with four differences: an empty cell is null
    (dbt-spark 1.11 writes the text 'None'); quotes and backslashes are escaped; so is ${name}, which
    Spark would replace as a variable; a column is cast once per statement, not per row.
#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {#- If the folder holds a table already, its rows would be there twice. -#}
    {%- if run_query('select count(*) as found from ' ~ this).rows[0][0] > 0 -%}
        {%- do exceptions.raise_compiler_error(
            env_var('US_TRADE_LAKE', 'the warehouse') ~ ': holds ' ~ this ~ ' already, and '
            'nothing was added to it; name a new folder in US_TRADE_LAKE for each build'
        ) -%}
    {%- endif -%}
    {%- set statements = [] -%}
    {%- for rows in agate_table.rows | batch(get_batch_size()) -%}
        {%- set insert -%}
            insert into {{ this }}
            select
                {% for column in agate_table.column_names %}
                    cast({{ column }} as {{ model.config.column_types[column] }})
                    {{- ',' if not loop.last }}
                {% endfor %}
            from values
            {% for row in rows -%}
                (
                {%- for cell in row -%}
                    {%- if cell is none -%}
                        null
                    {%- else -%}
                        '{{ cell | replace("\\", "\\\\") | replace("'", "\\'") | replace("${", "$\\{") }}'
                    {%- endif -%}
                    {{- ', ' if not loop.last -}}
                {%- endfor -%}
                ){{ ',' if not loop.last }}
            {% endfor -%}
            as seed ({{ agate_table.column_names | join(', ') }})
        {%- endset -%}
        {%- do adapter.add_query(insert, abridge_sql_log=True) -%}
        {%- do statements.append(insert) -%}
    {%- endfor -%}
    {{ return(statements | first) }}
{% endmacro %}
