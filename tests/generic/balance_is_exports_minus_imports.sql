{#
    "Balance" of the release is exports less imports, of the total, of goods and of services.
    Units: millions; tolerance: the rounding bound. See balance_differences.
#}
{% test balance_is_exports_minus_imports(model, period) %}
    {{ unaccepted(balance_differences(model, period), period) }}
{% endtest %}
