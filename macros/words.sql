{#
    Format numbers, dates and words in SQL that the engines share. Grain: an expression.

    month_number(date)      the months since year 0, so that a difference counts months
    month_words(date)       February 2024
    months_words(first, last)  January 2023 to February 2024, or the one month
    year_month(date)        2024-02, as in release_id
    grouped(number)         -18,000
    counted(number, noun)   1 month, 2 months
    one_decimal(number)     1,234.5; of a double, since Spark's printf takes no decimal
#}
{% macro month_number(date) -%} (12 * year({{ date }}) + month({{ date }})) {%- endmacro %}
{% macro month_words(date) -%} printf('%s %d', {{ month_name(date) }}, year({{ date }})) {%- endmacro %}
{% macro months_words(first, last) -%}
    {{ month_words(first) }}
    || case when {{ last }} > {{ first }} then ' to ' || {{ month_words(last) }} else '' end
{%- endmacro %}
{% macro year_month(date) -%} printf('%d-%02d', year({{ date }}), month({{ date }})) {%- endmacro %}
{% macro grouped(number) -%} printf('%,d', {{ number }}) {%- endmacro %}
{% macro counted(number, noun) -%}
    printf('%,d {{ noun }}%s', {{ number }}, case {{ number }} when 1 then '' else 's' end)
{%- endmacro %}
{% macro one_decimal(number) -%} printf('%,.1f', cast({{ number }} as double)) {%- endmacro %}

{# filled_in(template, words): replaces each {name} by its word, a null by nothing. #}
{% macro filled_in(template, words) -%}
    {%- set filled = namespace(text=template) -%}
    {%- for name, word in words.items() -%}
        {%- set filled.text =
            'replace(\n' ~ filled.text ~ ",\n'{" ~ name ~ "}', coalesce(" ~ word ~ ", ''))"
        -%}
    {%- endfor -%}
    {{ filled.text }}
{%- endmacro %}

{#
    amount_in_words(amount, units): writes an amount of one decimal as the news release does, without
    its sign: "$68.9 billion", "1.9 percent", "less than $0.1 billion".
#}
{% macro amount_in_words(amount, units) -%}
    case
        when {{ amount }} = 0 then {{ units }}.tiny_amount
        else
            replace(
                {{ units }}.amount,
                '{number}',
                {{ one_decimal('abs(' ~ amount ~ ')') }}
            )
    end
{%- endmacro %}

{# name_of_side(name, of): names a subject above zero, below it, and across it. #}
{% macro name_of_side(name, of) -%}
    case
        when {{ of }}.movement = 'swing' and {{ of }}.form = 'change'
            then subjects.{{ name }}_swing
        when {{ of }}.is_below_zero then subjects.{{ name }}_below
        else subjects.{{ name }}_above
    end
{%- endmacro %}

{# period_words(type, start, end): names the period of a row. #}
{% macro period_words(type, start, end) -%}
    case
        when {{ type }} = 'as_previously_published'
            then {{ month_words(end) }} || ' as published last month'
        when month({{ start }}) = month({{ end }}) then {{ month_words(end) }}
        when {{ type }} = 'year' then cast(year({{ end }}) as string)
        else 'January to ' || {{ month_words(end) }}
    end
{%- endmacro %}

{#
    printed_at(release, line, column=none): where a line or a cell of it is printed, such as
    "2024-02 line 40" or "2024-02, sheet exh1, row 40". `releases` is stg_releases, and `column`
    the alias of release_columns.
#}
{% macro printed_at(release, line, column=none) -%}
    {%- set cell = column ~ '.sheet_column, ' if column else '' -%}
    case releases.source_format
        when 'text'
            then printf(
                '%s line %d{{ ", column %d" if column }}',
                {{ release }},
                {{ line }}{% if column %}, {{ column }}.column_number{% endif %}
            )
        else
            printf(
                '%s, sheet %s, {{ "cell %s%d" if column else "row %d" }}',
                {{ release }},
                releases.sheet_name,
                {{ cell }}{{ line }} - releases.row_offset
            )
    end
{%- endmacro %}
