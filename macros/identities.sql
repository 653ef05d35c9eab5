{#
    The three families of identities as tests of a table of facts. Each macro selects the rows
    that break one: the identity and its period, the two sides, their difference and the rounding
    bound, so that a failing row explains itself. A null on either side fails, since it leaves the
    identity unchecked. The generic tests of the same names in tests/generic wrap them.

    relation:  a table or CTE of facts, one row per period and component, with exports_musd,
               imports_musd and balance_musd; units: millions of dollars.
    period:    its column of periods, month_date or year.
#}

{#
    Rows where balance_musd is not exports_musd - imports_musd.
    Grain: the period and component.
#}
{% macro balance_differences(relation, period) %}
    select
        {{ period }},
        component,
        'balance_' || component as identity_id,
        balance_musd as published_musd,
        exports_musd - imports_musd as implied_musd,
        published_musd - implied_musd as difference_musd,
        {{ rounding_bound(3) }} as rounding_bound_musd
    from {{ relation }}
    where coalesce(abs(difference_musd) > rounding_bound_musd, true)
{% endmacro %}

{#
    Rows where the total of a flow is not goods plus services. Only a period that has all three
    components, once each, can pass.
    Grain: the period and flow.
#}
{% macro component_differences(relation, period) %}
    with facts as (
        select
            {{ period }},
            component,
            exports_musd,
            imports_musd,
            balance_musd
        from {{ relation }}
    ),

    flows as (
        select *
        from facts
        unpivot include nulls (
            value_musd for flow_column in (exports_musd, imports_musd, balance_musd)
        )
    ),

    sides as (
        select
            {{ period }},
            'component_' || replace(flow_column, '_musd', '') as identity_id,
            sum(value_musd) filter (where component = 'total') as published_musd,
            sum(value_musd) filter (where component = 'goods')
            + sum(value_musd) filter (where component = 'services') as implied_musd,
            count(value_musd) as terms
        from flows
        group by {{ period }}, flow_column
    )

    select
        *,
        published_musd - implied_musd as difference_musd,
        {{ rounding_bound(3) }} as rounding_bound_musd
    from sides
    where
        coalesce(abs(difference_musd) > rounding_bound_musd, true)
        or terms != 3
{% endmacro %}

{#
    Rows where a year's published flow is not the sum of its months, by the rounding bound of as
    many terms as the year has months, and the year itself. months_covered says how many months
    must be there.
    relation: the years, with months_covered and first_month; monthly: the months.
    Grain: the year, component and flow.
#}
{% macro month_differences(relation, monthly) %}
    with annual_facts as (
        select
            year,
            component,
            months_covered,
            exports_musd,
            imports_musd,
            balance_musd
        from {{ relation }}
    ),

    monthly_facts as (
        select
            year(month_date) as year,
            component,
            exports_musd,
            imports_musd,
            balance_musd
        from {{ monthly }}
    ),

    years as (
        select *
        from annual_facts
        unpivot include nulls (
            published_musd for flow_column in (exports_musd, imports_musd, balance_musd)
        )
    ),

    months as (
        select *
        from monthly_facts
        unpivot include nulls (
            value_musd for flow_column in (exports_musd, imports_musd, balance_musd)
        )
    ),

    sides as (
        select
            years.year,
            years.component,
            'period_' || replace(years.flow_column, '_musd', '') || '_' || years.component
                as identity_id,
            years.published_musd,
            years.months_covered,
            sum(months.value_musd) as implied_musd,
            count(months.value_musd) as months_found
        from years
        left join months
            on
                years.year = months.year
                and years.component = months.component
                and years.flow_column = months.flow_column
        group by
            years.year,
            years.component,
            years.flow_column,
            years.published_musd,
            years.months_covered
    )

    select
        *,
        published_musd - implied_musd as difference_musd,
        {{ rounding_bound('(months_covered + 1)') }} as rounding_bound_musd
    from sides
    where
        coalesce(abs(difference_musd) > rounding_bound_musd, true)
        or coalesce(months_found != months_covered, true)
{% endmacro %}

{#
    The rows of `differences` that no row of known_discrepancies accepts.
    differences: a select with identity_id and a period column; period: month_date or year.
    Grain: that of the select.
#}
{% macro unaccepted(differences, period) %}
    with differences as (
        {{ differences }}
    ),

    known as (
        select *
        from {{ ref('stg_known_discrepancies') }}
        where
            release_id = (select max(release_id) from {{ ref('stg_releases') }})
            and (period_type = 'year') = {{ 'true' if period == 'year' else 'false' }}
    )

    select differences.*
    from differences
    left join known
        on
            differences.identity_id = known.identity_id
            and differences.{{ period }}
            = {{ 'year(known.period_start)' if period == 'year' else 'known.period_start' }}
    where known.identity_id is null
{% endmacro %}
