-- The nine columns are the facts of total, goods and services, beside each other, and
-- again divided by a thousand. Units: millions, and billions. Grain of a failure: a
-- month as it stands, or as it should.
{% set components = ['total', 'goods', 'services'] %}
{% set flows = ['balance', 'exports', 'imports'] %}

with months as (
    select distinct month_date
    from {{ ref('fct_monthly_trade') }}
),

expected as (
    select
        {% for flow in flows %}
            {% for component in components %}
                {{ component }}.{{ flow }}_musd as {{ flow }}_{{ component }}_musd,
                cast({{ component }}.{{ flow }}_musd / 1000.0 as decimal(18, 3))
                    as {{ flow }}_{{ component }}_busd,
            {% endfor %}
        {% endfor %}
        months.month_date
    from months
    {% for component in components %}
        left join {{ ref('fct_monthly_trade') }} as {{ component }}
            on
                months.month_date = {{ component }}.month_date
                and {{ component }}.component = '{{ component }}'
    {% endfor %}
),

found as (
    select
        {% for flow in flows %}
            {% for component in components %}
                {{ flow }}_{{ component }}_musd,
                {{ flow }}_{{ component }}_busd,
            {% endfor %}
        {% endfor %}
        month_date
    from {{ ref('mart_trade_wide') }}
)

{{ different_rows('found', 'expected') }}
