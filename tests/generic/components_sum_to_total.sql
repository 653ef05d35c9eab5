{#
    "details may not equal totals due to seasonal adjustment and rounding", the release says; over
    goods and services they do, but for rounding. Units: millions; tolerance: the rounding bound.
    See component_differences.
#}
{% test components_sum_to_total(model, period) %}
    {{ unaccepted(component_differences(model, period), period) }}
{% endtest %}
