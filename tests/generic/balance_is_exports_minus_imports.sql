{#
    The release's "Balance" is exports less imports, for total, goods and services.
    Units: millions; tolerance: the rounding bound of three numbers. A null is a failure. Grain of
    a failure: a row of the model.
#}
{% test balance_is_exports_minus_imports(model) %}
    select
        *,
        balance_musd - (exports_musd - imports_musd) as difference_musd
    from {{ model }}
    where
        coalesce(
            abs(balance_musd - (exports_musd - imports_musd)) > {{ rounding_bound(3) }}, true
        )
        and not has_known_discrepancy
{% endtest %}
