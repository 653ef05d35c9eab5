-- noqa: disable=LT02
{#
    Where dbt puts a table on Spark: in the folder US_TRADE_LAKE, if that is set, a folder a schema
    and table, so that its Parquet is found by name; elsewhere where the catalog wants it.
#}
{% macro spark__location_clause() %}
    {%- if env_var('US_TRADE_LAKE', '') %}
        location '{{ env_var('US_TRADE_LAKE') }}/{{ model.schema }}/{{ model.alias }}'
    {%- endif %}
{% endmacro %}

{#
    How dbt writes the rows of a seed on Spark: as it would itself, but that a cell with nothing in
    it is null (dbt-spark 1.11 writes the text 'None'), that a quote or backslash is itself, that
    ${name} is no variable (Spark fills them in within literals, too, and leaves nothing where it
    knows none), and that a column is cast once a statement rather than once a row.
#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {#- Of a table whose folder held one already, the rows would be there twice. -#}
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
