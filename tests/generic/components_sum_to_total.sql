{#
    The release says "details may not equal totals due to seasonal adjustment and rounding". Goods
    and services do add up, apart from rounding. Units: millions; tolerance: the rounding bound of
    three numbers. A null, or a component that is missing, is a failure.
    period: the column that is the model's key beside component. Grain of a failure: a period.
#}
{% test components_sum_to_total(model, period) %}
    select
        {{ period }},
        count(*) as components,
        {% for flow in ['exports', 'imports', 'balance'] %}
            sum(case component when 'total' then 1 else -1 end * {{ flow }}_musd)
                as {{ flow }}_difference_musd,
        {% endfor %}
        max(case when has_known_discrepancy then 1 else 0 end) as accepted
    from {{ model }}
    group by {{ period }}
    having
        max(case when has_known_discrepancy then 1 else 0 end) = 0
        and (
            count(*) != 3
            {% for flow in ['exports', 'imports', 'balance'] %}
                or count({{ flow }}_musd) != 3
                or abs(sum(case component when 'total' then 1 else -1 end * {{ flow }}_musd))
                > {{ rounding_bound(3) }}
            {% endfor %}
        )
{% endtest %}
