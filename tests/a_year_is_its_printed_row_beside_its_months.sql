-- The annual rows as the normaliser read them, of each year those of the last sound
-- release that prints it, beside the months of that release which the row says that it
-- covers. Units: millions. Grain of a failure: a year and component as it stands, or as
-- it should.
with annual as (
    select annual.*
    from {{ ref('annual_trade') }} as annual
    inner join {{ ref('dim_release') }} as releases
        on annual.release_id = releases.release_id
    where
        releases.is_sound
        and annual.period_type in ('year', 'part_year')
),

latest_of_year as (
    select
        year,
        max(release_id) as release_id
    from annual
    group by year
),

accepted as (
    select distinct
        release_id,
        line_number
    from {{ ref('fct_reconciliation') }}
    where accepted_reason is not null
),

sums as (
    select
        annual.release_id,
        annual.line_number,
        {% for flow in ['exports', 'imports', 'balance'] %}
            {% for component in ['total', 'goods', 'services'] %}
                sum(months.{{ flow }}_{{ component }}) as {{ flow }}_{{ component }},
            {% endfor %}
        {% endfor %}
        count(*) as months_covered
    from annual
    inner join latest_of_year
        on
            annual.year = latest_of_year.year
            and annual.release_id = latest_of_year.release_id
    inner join {{ ref('monthly_trade') }} as months
        on
            annual.release_id = months.release_id
            and annual.year = months.year
            and months.month between annual.first_month and annual.last_month
            and months.period_type = 'month'
    group by annual.release_id, annual.line_number
),

expected as (
    {% for component in ['total', 'goods', 'services'] %}
        select
            annual.year,
            '{{ component }}' as component,
            annual.release_id,
            annual.line_number,
            annual.exports_{{ component }},
            annual.imports_{{ component }},
            annual.balance_{{ component }},
            {% for flow in ['exports', 'imports', 'balance'] %}
                cast(annual.{{ flow }}_{{ component }} / 1000.0 as decimal(18, 3)),
            {% endfor %}
            annual.balance_{{ component }} + annual.imports_{{ component }}
            - annual.exports_{{ component }},
            {% for flow in ['exports', 'imports', 'balance'] %}
                sums.{{ flow }}_{{ component }} as {{ flow }}_months,
                annual.{{ flow }}_{{ component }} - sums.{{ flow }}_{{ component }},
            {% endfor %}
            sums.months_covered,
            make_date(annual.year, annual.first_month, 1) as first_month,
            make_date(annual.year, annual.last_month, 1) as last_month,
            annual.last_month = 12 as is_full_year,
            annual.is_revised,
            accepted.line_number is not null as has_accepted_break
        from annual
        inner join sums
            on
                annual.release_id = sums.release_id
                and annual.line_number = sums.line_number
        left join accepted
            on
                annual.release_id = accepted.release_id
                and annual.line_number = accepted.line_number
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

{{ different_rows(ref('fct_annual_trade'), 'expected') }}
