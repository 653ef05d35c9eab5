{#
    What a run ends with, for a person to read: the views that say it, as far as this run built
    them. Called by on-run-end.
    results: dbt's list of what ran.
#}
{% macro build_report(results) %}
    {% for result in results
        if result.status == 'success' and result.node.name in ('int_suspect_lines', 'int_build_summary') %}
        {% for row in run_query(
            'select * from ' ~ result.node.relation_name ~ ' order by all'
        ).rows %}
            {{ print(row['line']) }}
        {% endfor %}
    {% endfor %}
{% endmacro %}
