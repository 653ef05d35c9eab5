-- Seeds have unique keys: a duplicate would count twice in every join. Grain of a
-- failure: a seed and the duplicate or missing key.
{% set keys = {
    'releases': ['release_id'],
    'monthly_trade': ['release_id', 'period_type', 'year', 'month'],
    'annual_trade': ['release_id', 'period_type', 'year'],
    'release_lines': ['release_id', 'line_number'],
    'release_columns': ['release_id', 'series_id'],
    'series': ['series_id'],
    'components': ['component'],
    'identities': ['identity_id', 'series_id', 'taken_from'],
    'identity_families': ['identity_family'],
    'known_discrepancies': [
        'release_id', 'identity_id', 'period_type', 'period_start', 'period_end'
    ],
    'rounding_distribution': ['terms', 'residual_musd'],
    'release_calendar': ['release_id'],
    'headline_deficits': ['release_id'],
    'recessions': ['peak_month'],
    'revision_spans': ['reference_month'],
    'revision_horizons': ['horizon'],
    'highlight_subjects': ['subject'],
    'highlight_measures': ['measure'],
    'highlight_movements': ['movement'],
    'highlight_units': ['unit'],
} %}

{% for seed, columns in keys.items() %}
    select
        '{{ seed }}' as seed,
        cast({{ columns | join(" as string) || ', ' || cast(") }} as string) as row_key,
        count(*) as rows_found
    from {{ ref(seed) }}
    group by {{ columns | join(', ') }}
    having
        count(*) > 1
        or {{ columns | join(' is null or ') }} is null
    {{ 'union all' if not loop.last }}
{% endfor %}
