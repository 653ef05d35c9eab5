{#
    different_rows(found, expected): the rows that one of two relations has and the other lacks,
    duplicates and nulls counted, with the side that has them. Empty where they are alike.
    Grain: a row of either. Errors: DuckDB's own, where their columns do not match.
#}
{% macro different_rows(found, expected) %}
    select
        'not expected' as fault,
        *
    from (select * from {{ found }} except all select * from {{ expected }}) as surplus
    union all
    select
        'not found' as fault,
        *
    from (select * from {{ expected }} except all select * from {{ found }}) as missing
{% endmacro %}
