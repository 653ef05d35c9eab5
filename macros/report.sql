{#
    What a run ends with, for a person to read: the rows that data tests found, the wrong numbers,
    if any are suspected, the revisions that are out of the ordinary, and the state of the audit.
    Called by on-run-end; speaks only of what this run has tested and built.
    results: dbt's list of what ran.
#}
{% macro report(results) %}
    {# The gate's rows are identities; the suspects below say more. #}
    {% for result in results
        if result.status == 'fail' and result.node.name != 'no_break_is_unexplained' %}
        {{ print_failures(result.node, result.failures, 5) }}
    {% endfor %}
    {% set built = {} %}
    {% for result in results if result.status == 'success' %}
        {% do built.update({result.node.name: result.node.relation_name}) %}
    {% endfor %}
    {% if 'int_suspect_cells' in built and 'stg_releases' in built %}
        {{ print_lines(suspect_lines(
            built['int_suspect_cells'],
            built['int_identity_residuals'],
            built['stg_releases'],
            20
        )) }}
    {% endif %}
    {% if 'mart_unusual_revisions' in built and 'dim_release' in built %}
        {{ print_lines(warning_lines(
            built['dim_release'], built['mart_unusual_revisions'], 12
        )) }}
    {% endif %}
    {% if 'mart_reconciliation_summary' in built and 'dim_release' in built %}
        {{ print_lines(summary_lines(
            built['dim_release'], built['mart_reconciliation_summary']
        )) }}
    {% endif %}
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

{# print_lines(select): prints the column `line` of a select, row by row. #}
{% macro print_lines(select) %}
    {% for row in run_query(select).rows %}
        {{ print(row['line']) }}
    {% endfor %}
{% endmacro %}

{#
    summary_lines(dim_release, summary): the releases, the months they cover, and how their
    identities hold. Grain: a line of text. Source: the two marts of these names.
#}
{% macro summary_lines(dim_release, summary) %}
    with releases as (
        select
            count(*) as releases,
            max(release_id) as latest,
            strftime(min(first_month), '%B %Y') as first_month,
            strftime(max(last_month), '%B %Y') as last_month,
            sum(line_count) as lines,
            sum(cell_count) as cells
        from {{ dim_release }}
    ),

    identities as (
        select
            sum(identities) as identities,
            sum(exact) as exact,
            sum(rounding) as rounding,
            sum(unlikely) as unlikely,
            sum(breaks) as breaks
        from {{ summary }}
    )

    select unnest([
        format(
            'releases    {:,} read, the latest is {}: {:,} lines, {:,} numbers',
            releases.releases, releases.latest, releases.lines, releases.cells
        ),
        format('months      {} to {}', releases.first_month, releases.last_month),
        format(
            'identities  {:,} checked: {:,} exact, {:,} rounding, {:,} unlikely, '
            || '{:,} broken',
            identities.identities, identities.exact, identities.rounding,
            identities.unlikely, identities.breaks
        )
    ]) as line
    from releases
    cross join identities
{% endmacro %}

{#
    warning_lines(dim_release, unusual, most): where the latest release revises months that a
    release of its reference month usually leaves alone, a line that says which, up to so many.
    Grain: a line of text. Source: dim_release, mart_unusual_revisions.
#}
{% macro warning_lines(dim_release, unusual, most) %}
    with months as (
        select
            unusual.*,
            row_number() over (order by unusual.month_date desc) as place
        from {{ unusual }} as unusual
        inner join {{ dim_release }} as releases
            on
                unusual.release_id = releases.release_id
                and releases.is_latest
    )

    select
        format(
            'warning     {} revises {:,} months that came before {}, the earliest usual since '
            || '{}, by up to {:,}: {}{}',
            release_id,
            count(*),
            strftime(any_value(usual_from), '%B %Y'),
            any_value(previous_release_id),
            max(largest_revision_musd),
            string_agg(strftime(month_date, '%Y-%m'), ', ' order by month_date desc)
            filter (where place <= {{ most }}),
            if(count(*) > {{ most }}, ' ... (marts.mart_unusual_revisions)', '')
        ) as line
    from months
    group by release_id
{% endmacro %}

{#
    suspect_lines(suspects, residuals, releases, most): a line for each suspected cell, up to so
    many; then what to do, with the rows that known_discrepancies would need. No lines where
    nothing is suspected. Grain: a line of text. Units: millions of dollars.
    Source: int_suspect_cells, int_identity_residuals, stg_releases.
#}
{% macro suspect_lines(suspects, residuals, releases, most) %}
    with suspects as (
        select
            suspects.*,
            'releases/' || releases.file_name || case
                when releases.source_format = 'workbook' then
                    ', sheet ' || releases.sheet_name || ', cell '
                    -- Column 27 is AA.
                    || if(
                        suspects.column_number > 26,
                        chr(64 + (suspects.column_number - 1) // 26),
                        ''
                    )
                    || chr(65 + (suspects.column_number - 1) % 26)
                    || (suspects.line_number - releases.row_offset)
                else format(
                    ' line {}, column {}', suspects.line_number, suspects.column_number
                )
            end as printed_at,
            row_number() over (
                order by suspects.release_id, suspects.line_number, suspects.column_number
            ) as place,
            count(*) over () as total,
            case
                when suspects.period_type = 'month'
                    then strftime(suspects.period_start, '%B %Y')
                when month(suspects.period_end) = 12
                    then 'the year ' || year(suspects.period_start)
                else strftime(suspects.period_start, '%B to ')
                    || strftime(suspects.period_end, '%B %Y')
            end as period
        from {{ suspects }} as suspects
        inner join {{ releases }} as releases
            on suspects.release_id = releases.release_id
    ),

    breaks as (
        select breaks.*
        from {{ residuals }} as breaks
        where
            breaks.status = 'break'
            and breaks.accepted_reason is null
    ),

    lines as (
        select
            1 as part,
            place,
            format(
                '{}: {}, {} reads {:,}; ',
                printed_at,
                replace(series_id, '_', ' '), period, published_musd
            )
            || coalesce(
                format(
                    'the identities say {:,} ({:,} to {:,})',
                    implied_musd, implied_low_musd, implied_high_musd
                ),
                'the identities speak against it, but not for one value'
            )
            || if(is_ambiguous, '; ambiguous: not all that are listed need be wrong', '')
                as line
        from suspects
        where place <= {{ most }}
        union all
        select distinct
            2 as part,
            0 as place,
            format('... and {:,} more, in intermediate.int_suspect_cells', total - {{ most }})
                as line
        from suspects
        where total > {{ most }}
        union all
        select distinct
            3 as part,
            0 as place,
            'Mend the text; or, where it was published so, accept it with a reason in '
            || 'seeds/known_discrepancies.csv:' as line
        from suspects
        union all
        select
            4 as part,
            row_number() over (order by breaks.period_start, breaks.identity_id) as place,
            format(
                '{},{},{},{},{},{},"..."',
                breaks.release_id, breaks.identity_id, breaks.period_type,
                breaks.period_start, breaks.period_end, breaks.residual_musd
            ) as line
        from breaks
        qualify place <= {{ most }}
    )

    select line
    from lines
    order by part, place
{% endmacro %}
