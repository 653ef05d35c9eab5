{#
    report(results): prints the end of a run: the rows of failed data tests, the suspects and the
    summary, if this run built them. `results` is dbt's list of nodes. Called by on-run-end.
#}
{% macro report(results) %}
    {# Only this project's tests; not the gate's, since the suspects say more. #}
    {% for result in results
        if result.status == 'fail' and result.node.package_name == 'us_trade'
        and result.node.name != 'no_failure_is_unexplained' %}
        {{ print_failures(result.node, result.failures, 5) }}
    {% endfor %}
    {% for view in ('int_suspect_lines', 'int_build_summary') %}
        {% for result in results
            if result.status == 'success' and result.node.name == view %}
            {% for row in run_query(
                'select * from ' ~ result.node.relation_name ~ ' order by 1, 2'
            ).rows %}
                {{ print(row['line']) }}
            {% endfor %}
        {% endfor %}
    {% endfor %}
{% endmacro %}

{#
    print_failures(test, failures, most): prints up to `most` rows of a failed data test. Runs its
    SQL again, because dbt keeps only their number.
#}
{% macro print_failures(test, failures, most) %}
    {% set select %}
        select * from ({{ test.compiled_code }}) as failures limit {{ most }}
    {% endset %}
    {% for row in run_query(select).rows %}
        {% set values = [] %}
        {% for column, value in row.items() %}
            {% do values.append(column ~ '=' ~ ('null' if value is none else value)) %}
        {% endfor %}
        {{ print(test.name ~ ': ' ~ values | join(', ')) }}
    {% endfor %}
    {% if failures > most %}
        {{ print(test.name ~ ': ... and ' ~ (failures - most) ~ ' more') }}
    {% endif %}
{% endmacro %}
