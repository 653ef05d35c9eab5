{#
    What engines write differently, each once, dispatched by adapter: `duckdb__` here, and as many
    again for another engine. Grain: an expression.

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

{% macro grouped(number) -%}
    {{ adapter.dispatch('grouped')(number) }}
{%- endmacro %}
{% macro duckdb__grouped(number) -%} format('{:,}', {{ number }}) {%- endmacro %}

{% macro one_decimal(number) -%}
    {{ adapter.dispatch('one_decimal')(number) }}
{%- endmacro %}
{% macro duckdb__one_decimal(number) -%} format('{:,.1f}', {{ number }}) {%- endmacro %}

{% macro two_decimals(number) -%}
    {{ adapter.dispatch('two_decimals')(number) }}
{%- endmacro %}
{% macro duckdb__two_decimals(number) -%} format('{:,.2f}', {{ number }}) {%- endmacro %}

{% macro whole(number) -%} cast({{ number }} as string) {%- endmacro %}

{% macro listed(text, mark, order) -%}
    {{ adapter.dispatch('listed')(text, mark, order) }}
{%- endmacro %}
{% macro duckdb__listed(text, mark, order) -%}
    string_agg({{ text }}, {{ mark }} order by {{ order }})
{%- endmacro %}

{% macro whole_quotient(n, d) -%}
    {{ adapter.dispatch('whole_quotient')(n, d) }}
{%- endmacro %}
{% macro duckdb__whole_quotient(n, d) -%} cast({{ n }} as hugeint) // {{ d }} {%- endmacro %}

{% macro sha256(text) -%}
    {{ adapter.dispatch('sha256')(text) }}
{%- endmacro %}
{% macro duckdb__sha256(text) -%} sha256({{ text }}) {%- endmacro %}

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
    first, {9:,} the same without its sign.
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
