{#
    No two rows of the model share the columns of its key, and none of them is null. Grain of a
    failure: the key, and how often it stands.
#}
{% test unique_key(model, columns) %}
    select
        {{ columns | join(', ') }},
        count(*) as rows_found
    from {{ model }}
    group by {{ columns | join(', ') }}
    having
        count(*) > 1
        or {{ columns | join(' is null or ') }} is null
{% endtest %}
