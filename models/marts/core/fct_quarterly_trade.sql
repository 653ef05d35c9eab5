{% set flows = ['exports', 'imports', 'balance'] %}

with months as (
    select
        *,
        cast(year(month_date) as integer) as year,
        cast(quarter(month_date) as integer) as quarter,
        mod(month(month_date), 3) = 0 as is_last_of_quarter
    from {{ ref('int_series_sums') }}
    where is_current
),

quarters as (
    select
        year,
        quarter,
        component,
        {% for flow in flows %}
            max(quarter_musd) filter (where flow = '{{ flow }}') as {{ flow }}_musd,
            {% for name, column in {
                'sum': 'three_months_musd',
                'quarter_ago': 'three_months_quarter_ago_musd',
                'year_ago': 'three_months_year_ago_musd',
            }.items() %}
                max({{ column }}) filter (
                    where flow = '{{ flow }}' and is_last_of_quarter
                ) as {{ flow }}_{{ name }},
            {% endfor %}
        {% endfor %}
        max(release_id) as release_id,
        max(months_of_quarter) as months_covered
    from months
    group by year, quarter, component
)

-- Only full quarters have a three-month sum, and so a change.
select
    year,
    quarter,
    component,
    release_id,
    {% for flow in flows %}
        {{ flow }}_musd,
    {% endfor %}
    {% for flow in flows %}
        {{ busd(flow ~ '_musd') }} as {{ flow }}_busd,
    {% endfor %}
    {% for flow in flows %}
        {% for ago, change in {
            'quarter_ago': 'change', 'year_ago': 'change_from_year_ago'
        }.items() %}
            {{ flow }}_sum - {{ flow }}_{{ ago }} as {{ flow }}_{{ change }}_musd,
            {{ percent_change(flow ~ '_sum', flow ~ '_' ~ ago) }}
                as {{ flow }}_{{ change }}_pct,
        {% endfor %}
    {% endfor %}
    months_covered,
    months_covered = 3 as is_full_quarter
from quarters
order by year, quarter, component
