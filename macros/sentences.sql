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
    amount_in_words(amount, unit): an amount of one decimal as the news release writes it, without
    its sign: "$68.9 billion", "1.9 percent"; what rounds to nothing is "less than $0.1 billion".
    unit: an expression, usd_bn or percent.
    Grain: an expression. Units: none.
#}
{% macro amount_in_words(amount, unit) -%}
    (
        if({{ amount }} = 0, 'less than ', '')
        || format(
            if({{ unit }} = 'percent', '{:,.1f} percent', '${:,.1f} billion'),
            greatest(abs({{ amount }}), 0.1)
        )
    )
{%- endmacro %}
