-- Each identity written out on the printed row, not read from the seed of signs:
-- "Balance" is exports less imports, a total is goods and services, and a year is the
-- sum of its months. Three numbers of less than half a million's error each miss by 1
-- at most, and twelve months and their year by 6; the first print of a month is the
-- same number in the release after it. What is expected are the releases in which
-- every break is accepted. Units: millions. Grain of a failure: a release, identity
-- and period as it stands, or as it should.
{% set series = [
    'balance_total', 'balance_goods', 'balance_services',
    'exports_total', 'exports_goods', 'exports_services',
    'imports_total', 'imports_goods', 'imports_services',
] %}

with years as (
    select
        annual.release_id,
        annual.line_number,
        {% for name in series %}
            max(annual.{{ name }}) - sum(months.{{ name }}) as period_{{ name }},
        {% endfor %}
        count(*) + 1 as terms
    from {{ ref('annual_trade') }} as annual
    inner join {{ ref('monthly_trade') }} as months
        on
            annual.release_id = months.release_id
            and annual.year = months.year
            and months.month between annual.first_month and annual.last_month
            and months.period_type = 'month'
    group by annual.release_id, annual.line_number
),

printed as (
    select
        release_id,
        line_number,
        period_type,
        year,
        month as first_month,
        month as last_month,
        {{ series | join(', ') }}
    from {{ ref('monthly_trade') }}
    union all
    select
        release_id,
        line_number,
        period_type,
        year,
        first_month,
        last_month,
        {{ series | join(', ') }}
    from {{ ref('annual_trade') }}
),

remembered as (
    select
        later.release_id,
        later.line_number,
        earlier.release_id as compared_release_id,
        {% for name in series %}
            later.{{ name }} - earlier.{{ name }} as last_print_{{ name }},
        {% endfor %}
        2 as terms
    from {{ ref('monthly_trade') }} as later
    inner join {{ ref('monthly_trade') }} as earlier
        on
            later.year = earlier.year
            and later.month = earlier.month
            and earlier.release_id
            = {{ year_month('make_date(earlier.year, earlier.month, 1)') }}
    where
        later.period_type = 'last_print'
        and earlier.period_type = 'month'
),

by_hand as (
    select
        printed.release_id,
        printed.line_number,
        printed.period_type,
        printed.year,
        printed.first_month,
        printed.last_month,
        remembered.compared_release_id,
        years.terms as period_terms,
        {% for name in series %}
            years.period_{{ name }},
            remembered.last_print_{{ name }},
        {% endfor %}
        printed.balance_total - printed.exports_total + printed.imports_total
            as balance_total,
        printed.balance_goods - printed.exports_goods + printed.imports_goods
            as balance_goods,
        printed.balance_services - printed.exports_services + printed.imports_services
            as balance_services,
        printed.balance_total - printed.balance_goods - printed.balance_services
            as component_balance,
        printed.exports_total - printed.exports_goods - printed.exports_services
            as component_exports,
        printed.imports_total - printed.imports_goods - printed.imports_services
            as component_imports
    from printed
    left join years
        on
            printed.release_id = years.release_id
            and printed.line_number = years.line_number
    left join remembered
        on
            printed.release_id = remembered.release_id
            and printed.line_number = remembered.line_number
),

names as (
    select identities.*
    from (
        values
        {% for kind in ['total', 'goods', 'services'] %}
            ('balance_{{ kind }}', 'balance', '{{ kind }}', null),
        {% endfor %}
        {% for kind in ['balance', 'exports', 'imports'] %}
            ('component_{{ kind }}', 'component', null, '{{ kind }}'),
        {% endfor %}
        {% for name in series %}
            {% set flow, kind = name.split('_') %}
            ('period_{{ name }}', 'period', '{{ kind }}', '{{ flow }}'),
            ('last_print_{{ name }}', 'last_print', '{{ kind }}', '{{ flow }}')
            {{- ',' if not loop.last }}
        {% endfor %}
    ) as identities (identity_id, identity_family, component, flow)
),

residuals as (
    select
        by_hand.release_id,
        by_hand.line_number,
        by_hand.period_type,
        by_hand.year,
        make_date(by_hand.year, by_hand.first_month, 1) as period_start,
        last_day(make_date(by_hand.year, by_hand.last_month, 1)) as period_end,
        names.identity_id,
        names.identity_family,
        names.component,
        names.flow,
        case
            when names.identity_family = 'last_print' then by_hand.compared_release_id
        end as compared_release_id,
        case names.identity_family
            when 'period' then by_hand.period_terms
            when 'last_print' then 2
            else 3
        end as terms,
        case names.identity_id
            {% for family, kinds in {
                'balance': ['total', 'goods', 'services'],
                'component': ['balance', 'exports', 'imports'],
                'period': series,
                'last_print': series,
            }.items() %}
                {% for kind in kinds %}
                    when '{{ family }}_{{ kind }}' then by_hand.{{ family }}_{{ kind }}
                {% endfor %}
            {% endfor %}
        end as residual_musd
    from by_hand
    cross join names
    where
        names.identity_family in ('balance', 'component')
        or (
            names.identity_family = 'period'
            and by_hand.period_type not in ('month', 'last_print')
        )
        or (
            names.identity_family = 'last_print'
            and by_hand.compared_release_id is not null
        )
),

bounded as (
    select
        *,
        -- Of n numbers, the largest whole number below n / 2.
        cast(ceil(terms / 2.0) - 1 as integer) as rounding_bound_musd,
        case
            when identity_family != 'last_print'
                then residual_musd * power(cast(terms as double) / 12, -0.5)
        end as z_score
    from residuals
),

judged as (
    select
        bounded.*,
        case
            when bounded.residual_musd = 0 then 'exact'
            when bounded.residual_musd not between
                -bounded.rounding_bound_musd and bounded.rounding_bound_musd
                then 'break'
            when bounded.z_score between -3 and 3 then 'rounding'
            else 'unlikely'
        end as status,
        known.reason
    from bounded
    left join {{ ref('known_discrepancies') }} as known
        on
            bounded.release_id = known.release_id
            and bounded.identity_id = known.identity_id
            and bounded.period_type = known.period_type
            and bounded.period_start = known.period_start
            and bounded.period_end = known.period_end
            and bounded.residual_musd = known.residual_musd
            and abs(known.residual_musd) > bounded.rounding_bound_musd
),

-- What a release remembers otherwise is held against it only where the one before holds
-- by itself.
unsound_by_itself as (
    select distinct release_id
    from judged
    where
        status = 'break'
        and reason is null
        and identity_family != 'last_print'
),

unsound as (
    select distinct release_id
    from judged
    where
        status = 'break'
        and reason is null
        and coalesce(compared_release_id, '') not in (
            select unsound_by_itself.release_id from unsound_by_itself
        )
),

expected as (
    select
        judged.release_id,
        judged.identity_id,
        judged.period_type,
        judged.identity_family,
        judged.component,
        judged.flow,
        judged.status,
        judged.reason as accepted_reason,
        judged.line_number,
        judged.terms,
        judged.residual_musd,
        judged.rounding_bound_musd,
        round(judged.z_score, 6) as z_score,
        judged.period_start,
        judged.period_end
    from judged
    where
        judged.release_id not in (select unsound.release_id from unsound)
        and coalesce(judged.compared_release_id, '') not in (
            select unsound.release_id from unsound
        )
),

found as (
    select
        release_id,
        identity_id,
        period_type,
        identity_family,
        component,
        flow,
        status,
        accepted_reason,
        line_number,
        terms,
        residual_musd,
        rounding_bound_musd,
        round(z_score, 6) as z_score,
        period_start,
        period_end
    from {{ ref('fct_reconciliation') }}
)

{{ different_rows('found', 'expected') }}
