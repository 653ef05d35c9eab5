{#
    filled_in(template, words): the template with each {name} replaced by its word.
    words: a mapping of names to SQL expressions of text; one that is null leaves nothing.
    Grain: an expression. Units: none.
#}
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
    amount_in_words(amount, units): an amount of one decimal as the news release writes it,
    without its sign: "$68.9 billion", "1.9 percent", "less than $0.1 billion".
    units: a row of highlight_units.
    Grain: an expression. Units: none.
#}
{% macro amount_in_words(amount, units) -%}
    case
        when {{ amount }} = 0 then {{ units }}.tiny_amount
        else replace({{ units }}.amount, '{number}', {{ one_decimal('abs(' ~ amount ~ ')') }})
    end
{%- endmacro %}

{#
    name_of_side(name, of): what a subject is called above zero, below it, and where its change
    crosses zero. name: the first word of the columns of highlight_subjects; of: a row of
    int_highlights.
    Grain: an expression. Units: none.
#}
{% macro name_of_side(name, of) -%}
    case
        when {{ of }}.movement = 'swing' and {{ of }}.form = 'change'
            then subjects.{{ name }}_swing
        when {{ of }}.is_below_zero then subjects.{{ name }}_below
        else subjects.{{ name }}_above
    end
{%- endmacro %}

{#
    size_in_words(number): a number without its sign, to one decimal, half away from zero: "68.9".
    side(balance): what a balance is called by its sign, which is also a word of the sentences.
    Grain: an expression. Units: those of the number.
#}
{% macro size_in_words(number) -%}
    {{ one_decimal('round(abs(' ~ number ~ '), 1)') }}
{%- endmacro %}
{% macro side(balance) -%}
    case when {{ balance }} < 0 then 'deficit' else 'surplus' end
{%- endmacro %}

{#
    captions(picture, cases, words): what is said of a picture, from the one row of `facts`.
    cases: by its parts, such as title, the expression of the sentence_case; the templates are those
    of the topic that is called as the picture is. words: as of filled_in.
    Grain: a query, picture and part.
#}
{% macro captions(picture, cases, words) -%}
    select
        sentences.topic as picture,
        case sentences.sentence_case
            {% for part, sentence_case in cases.items() %}
                when {{ sentence_case }} then '{{ part }}'
            {% endfor %}
        end as part,
        {{ filled_in('sentences.template', words) }} as sentence
    from facts
    inner join {{ ref('sentences') }} as sentences
        on
            sentences.topic = '{{ picture }}'
            and sentences.sentence_case in ({{ cases.values() | join(', ') }})
{%- endmacro %}
