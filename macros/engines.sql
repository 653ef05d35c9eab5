{#
    Differences between engines, dispatched by adapter: `duckdb__` here, `spark__` for Spark SQL.
    Grain: an expression.
#}
{% macro month_name(date) -%} {{ adapter.dispatch('month_name')(date) }} {%- endmacro %}
{% macro duckdb__month_name(date) -%} monthname({{ date }}) {%- endmacro %}
{% macro spark__month_name(date) -%} date_format({{ date }}, 'MMMM') {%- endmacro %}

{% macro listed(text, order, mark='; ') -%}
    {{ adapter.dispatch('listed')(text, order, mark) }}
{%- endmacro %}
{% macro duckdb__listed(text, order, mark) -%}
    string_agg({{ text }}, '{{ mark }}' order by {{ order }})
{%- endmacro %}
{% macro spark__listed(text, order, mark) -%}
    listagg({{ text }}, '{{ mark }}') within group (order by {{ order }})
{%- endmacro %}

{% macro sha256(text) -%} {{ adapter.dispatch('sha256')(text) }} {%- endmacro %}
{% macro duckdb__sha256(text) -%} sha256({{ text }}) {%- endmacro %}
{% macro spark__sha256(text) -%} sha2({{ text }}, 256) {%- endmacro %}

{#
    printed_numbers(layout): formats the nine numbers of a row in its layout. {0:,} is the first,
    {0:} the same without commas, {9:,} the first without its sign.
    Source: seeds/releases.csv, cell_layout.
#}
{% macro printed_numbers(layout) -%}
    {{ adapter.dispatch('printed_numbers')(layout) }}
{%- endmacro %}
{% macro duckdb__printed_numbers(layout) -%}
    format(
        {{ layout }},
        balance_total, balance_goods, balance_services,
        exports_total, exports_goods, exports_services,
        imports_total, imports_goods, imports_services,
        abs(balance_total), abs(balance_goods), abs(balance_services),
        abs(exports_total), abs(exports_goods), abs(exports_services),
        abs(imports_total), abs(imports_goods), abs(imports_services)
    )
{%- endmacro %}
{% macro spark__printed_numbers(layout) -%}
    {%- set numbers = {} -%}
    {%- for flow in ('balance', 'exports', 'imports') -%}
        {%- for component in ('total', 'goods', 'services') -%}
            {%- set place = numbers | length // 4 -%}
            {%- set number = flow ~ '_' ~ component -%}
            {%- do numbers.update({
                place ~ ':,': grouped(number),
                place ~ ':': 'cast(' ~ number ~ ' as string)',
                (place + 9) ~ ':,': grouped('abs(' ~ number ~ ')'),
                (place + 9) ~ ':': 'cast(abs(' ~ number ~ ') as string)',
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ filled_in(layout, numbers) }}
{%- endmacro %}
