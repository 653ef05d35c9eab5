-- depends_on: {{ ref('int_release_gate') }}
select
    release_id,
    period_type,
    period_start,
    period_end,
    series_id,
    line_number,
    column_number,
    published_musd,
    implied_musd,
    implied_low_musd,
    implied_high_musd,
    evidence,
    is_ambiguous
from {{ ref('int_suspect_cells') }}
order by release_id, line_number, column_number
