{#
    comment_on_table_macro(relation, words): keeps a description in the database where dbt's
    persist_docs cannot, which knows tables and views only.
    relation: a table macro; words: its description.
#}
{% macro comment_on_table_macro(relation, words) %}
    comment on macro table {{ relation }} is '{{ words | trim | replace("'", "''") }}'
{% endmacro %}
