-- Staging and intermediate models have unique keys, as marts have primary keys: a
-- duplicate would count twice in every join. Where a model only spreads the rows of one
-- of these, its key follows. Grain of a failure: a model and the duplicate or missing
-- key.
{% set keys = {
    'int_announcements': ['release_id', 'month_date'],
    'int_build_summary': ['place', 'line'],
    'int_implausible_releases': ['release_id', 'fault'],
    'int_valid_rows': ['release_id', 'line_number'],
    'int_highlights': ['release_id', 'month_date', 'subject', 'measure'],
    'int_releases': ['release_id'],
    'int_series_sums': ['release_id', 'month_date', 'series_id', 'is_current'],
    'int_error_intervals': ['cell_id', 'edit_id'],
    'int_suspect_cells': [
        'release_id', 'period_type', 'period_start', 'period_end', 'series_id'
    ],
    'int_suspect_errors': ['cell_id'],
    'int_suspect_lines': ['part', 'place'],
    'stg_printed_rows': ['release_id', 'line_number'],
    'stg_release_lines': ['release_id', 'line_number'],
    'stg_releases': ['release_id'],
} %}

{% for model, columns in keys.items() %}
    select
        '{{ model }}' as model,
        concat_ws(
            ', ',
            {% for column in columns %}
                cast({{ column }} as string){{ ',' if not loop.last }}
            {% endfor %}
        ) as row_key,
        count(*) as rows_found
    from {{ ref(model) }}
    group by {{ columns | join(', ') }}
    having
        count(*) > 1
        {% for column in columns %}
            or {{ column }} is null
        {% endfor %}
    {{ 'union all' if not loop.last }}
{% endfor %}
