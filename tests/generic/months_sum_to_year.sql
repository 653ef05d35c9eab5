{#
    An annual row ("Jan. - Dec.") is the sum of the months it covers, also in a part year. Units: millions; tolerance: the rounding bound of the months and the row. A null is a
    failure. Grain of a failure: a row of the model.
#}
{% test months_sum_to_year(model) %}
    select
        *,
        {{ rounding_bound('months_covered + 1') }} as rounding_bound_musd
    from {{ model }}
    where
        not has_known_discrepancy
        and (
            {% for flow in ['exports', 'imports', 'balance'] %}
                coalesce(
                    abs({{ flow }}_musd - {{ flow }}_sum_of_months_musd)
                    > {{ rounding_bound('months_covered + 1') }},
                    true
                )
                {{ 'or' if not loop.last }}
            {% endfor %}
        )
{% endtest %}
