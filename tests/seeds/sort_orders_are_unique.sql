-- Rows with equal sort_order have no defined order. Grain of a failure: a seed and a
-- sort_order.
{% set seeds = [
    'series', 'components', 'identity_families', 'revision_horizons',
    'highlight_subjects', 'highlight_measures'
] %}

{% for seed in seeds %}
    select
        'more than one row has this sort_order, or none' as fault,
        '{{ seed }}' as seed,
        sort_order
    from {{ ref(seed) }}
    group by sort_order
    having
        count(*) > 1
        or sort_order is null
    {{ 'union all' if not loop.last }}
{% endfor %}
