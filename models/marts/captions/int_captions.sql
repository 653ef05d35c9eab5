{% for name in [
    'front_page', 'balance', 'goods_services', 'year_ago', 'three_months',
    'year_to_date', 'records', 'audit', 'year_residuals', 'z_scores', 'release',
    'two_releases', 'triangle', 'first_prints',
] %}
    select
        picture,
        part,
        sentence
    from {{ ref('int_captions_of_' ~ name) }}
    {{ 'union all' if not loop.last }}
{% endfor %}
