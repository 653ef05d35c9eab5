{#
    What a run ends with, for a person to read: the rows that data tests found, and the views that
    say which numbers are wrong and how the audit stands, as far as this run has built them.
    Called by on-run-end.
    results: dbt's list of what ran.
#}
{% macro report(results) %}
    {# Tests of this project, not of one that it is a package of. Of the gate, whose rows are
       releases, the suspects below say more. #}
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
    print_failures(test, failures, most): prints the rows that a data test found, up to so many of
    all the failures. The test's own SQL is asked again, since dbt keeps no more than their number.
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
