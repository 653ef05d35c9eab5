{#
    different_rows(found, expected): the rows that one of two relations has and the other lacks,
    nulls compared, with the side that has them. Empty where they are alike. That no row stands
    twice is for their keys to say: to count rows, `except all` takes four times as long.
    Grain: a row of either. Errors: the engine's own, where their columns do not match.
#}
{% macro different_rows(found, expected) %}
    select
        'not expected' as fault,
        *
    from (select * from {{ found }} except select * from {{ expected }}) as surplus
    union all
    select
        'not found' as fault,
        *
    from (select * from {{ expected }} except select * from {{ found }}) as missing
{% endmacro %}
