{#
    A year's row ("Jan. - Dec.") is the sum of its months, and a part year's row of the months it
    covers. Units: millions; tolerance: the rounding bound. See month_differences.
#}
{% test months_sum_to_year(model, monthly) %}
    {{ unaccepted(month_differences(model, monthly), 'year') }}
{% endtest %}
