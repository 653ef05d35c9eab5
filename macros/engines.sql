{#
    What engines write differently, each once, dispatched by adapter: `duckdb__` here, `spark__` on
    whatever speaks Spark SQL. Grain: an expression.

    month_name(date)            the English name of a month
    grouped(number)             a whole number as text, thousands parted by commas: -18,000
    one_decimal(number)         a number of one decimal as text: 1,234.5
    two_decimals(number)        the same of two: 1,234.50
    whole(number)               a whole number as text: 1992
    listed(text, mark, order)   the texts of a group, one behind the other
    whole_quotient(n, d)        n divided by d > 0, cut off to a whole number; n may outgrow 64 bits
    sha256(text)                the SHA-256 of a text in UTF-8, as hexadecimal digits
#}
{% macro month_name(date) -%}
    {{ adapter.dispatch('month_name')(date) }}
{%- endmacro %}
{% macro duckdb__month_name(date) -%} monthname({{ date }}) {%- endmacro %}
{% macro spark__month_name(date) -%} date_format({{ date }}, 'MMMM') {%- endmacro %}

{% macro grouped(number) -%}
    {{ adapter.dispatch('grouped')(number) }}
{%- endmacro %}
{% macro duckdb__grouped(number) -%} format('{:,}', {{ number }}) {%- endmacro %}
{% macro spark__grouped(number) -%} format_number({{ number }}, 0) {%- endmacro %}

{% macro one_decimal(number) -%} {{ fixed(number, 1) }} {%- endmacro %}
{% macro two_decimals(number) -%} {{ fixed(number, 2) }} {%- endmacro %}

{% macro fixed(number, decimals) -%}
    {{ adapter.dispatch('fixed')(number, decimals) }}
{%- endmacro %}
{% macro duckdb__fixed(number, decimals) -%}
    format('{:,.{{ decimals }}f}', {{ number }})
{%- endmacro %}
{% macro spark__fixed(number, decimals) -%}
    format_number({{ number }}, {{ decimals }})
{%- endmacro %}

{% macro whole(number) -%} cast({{ number }} as string) {%- endmacro %}

{% macro listed(text, mark, order) -%}
    {{ adapter.dispatch('listed')(text, mark, order) }}
{%- endmacro %}
{% macro duckdb__listed(text, mark, order) -%}
    string_agg({{ text }}, {{ mark }} order by {{ order }})
{%- endmacro %}
{% macro spark__listed(text, mark, order) -%}
    listagg({{ text }}, {{ mark }}) within group (order by {{ order }})
{%- endmacro %}

{% macro whole_quotient(n, d) -%}
    {{ adapter.dispatch('whole_quotient')(n, d) }}
{%- endmacro %}
{% macro duckdb__whole_quotient(n, d) -%} cast({{ n }} as hugeint) // {{ d }} {%- endmacro %}
{% macro spark__whole_quotient(n, d) -%}
    cast(({{ n }} - {{ n }} % {{ d }}) / {{ d }} as decimal(38, 0))
{%- endmacro %}

{% macro sha256(text) -%}
    {{ adapter.dispatch('sha256')(text) }}
{%- endmacro %}
{% macro duckdb__sha256(text) -%} sha256({{ text }}) {%- endmacro %}
{% macro spark__sha256(text) -%} sha2({{ text }}, 256) {%- endmacro %}

{#
    month_number(date): the months from year 0 to a date, so that the difference of two is how many
    months lie between them. month_words(date): "February 2024".
    day_words(date): "4 April 2024".
    year_month(date): "2024-02", what a release is called by its last month.
    Grain: an expression.
#}
{% macro month_number(date) -%} (12 * year({{ date }}) + month({{ date }})) {%- endmacro %}
{% macro month_words(date) -%}
    {{ month_name(date) }} || ' ' || {{ whole('year(' ~ date ~ ')') }}
{%- endmacro %}

{% macro day_words(date) -%}
    {{ whole('day(' ~ date ~ ')') }} || ' ' || {{ month_words(date) }}
{%- endmacro %}

{% macro year_month(date) -%}
    {{ whole('year(' ~ date ~ ')') }} || '-' || right('0' || {{ whole('month(' ~ date ~ ')') }}, 2)
{%- endmacro %}

{#
    printed_numbers(layout): the nine numbers of a row as its layout prints them: {0:,} is the
    first, {0:} the same without commas, {9:,} the first without its sign.
    Grain: an expression, of a row with the nine series. Source: seeds/releases.csv, cell_layout.
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
                place ~ ':': whole(number),
                (place + 9) ~ ':,': grouped('abs(' ~ number ~ ')'),
                (place + 9) ~ ':': whole('abs(' ~ number ~ ')'),
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ filled_in(layout, numbers) }}
{%- endmacro %}
