{#
    What a build ends with, for a person to read: the releases, the months they cover, and how
    their identities hold. Called by on-run-end; prints nothing unless this run has built the
    summary mart.
    results: dbt's list of what ran. Source: mart_reconciliation_summary, dim_release.
#}
{% macro print_summary(results) %}
    {% set built = {} %}
    {% for result in results if result.status == 'success' %}
        {% do built.update({result.node.name: result.node.relation_name}) %}
    {% endfor %}
    {% if 'mart_reconciliation_summary' in built and 'dim_release' in built %}
        {% set summary %}
            with releases as (
                select
                    count(*) as releases,
                    max(release_id) as latest,
                    strftime(min(first_month), '%B %Y') as first_month,
                    strftime(max(last_month), '%B %Y') as last_month,
                    sum(line_count) as lines,
                    sum(cell_count) as cells
                from {{ built['dim_release'] }}
            ),

            identities as (
                select
                    sum(identities) as identities,
                    sum(exact) as exact,
                    sum(rounding) as rounding,
                    sum(unlikely) as unlikely,
                    sum(breaks) as breaks
                from {{ built['mart_reconciliation_summary'] }}
            )

            select unnest([
                format(
                    'releases    {:,} read, the latest is {}: {:,} lines, {:,} numbers',
                    releases, latest, lines, cells
                ),
                format('months      {} to {}', first_month, last_month),
                format(
                    'identities  {:,} checked: {:,} exact, {:,} rounding, {:,} unlikely, '
                    || '{:,} broken',
                    identities, exact, rounding, unlikely, breaks
                )
            ]) as line
            from releases, identities
        {% endset %}
        {% for row in run_query(summary).rows %}
            {{ print(row['line']) }}
        {% endfor %}
    {% endif %}
{% endmacro %}
