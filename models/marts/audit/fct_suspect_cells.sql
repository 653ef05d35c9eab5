with suspects as (
    select * from {{ ref('int_suspect_cells') }}
),

-- This mart includes releases that failed. (If the latest failed, no mart is built.)
releases as (
    select * from {{ ref('int_releases') }}
)

select
    suspects.release_id,
    suspects.period_type,
    suspects.period_start,
    suspects.period_end,
    suspects.series_id,
    suspects.printed_at,
    suspects.line_number,
    suspects.column_number,
    suspects.published_musd,
    suspects.implied_musd,
    suspects.implied_low_musd,
    suspects.implied_high_musd,
    suspects.evidence,
    suspects.is_ambiguous,
    suspects.is_accepted
from suspects
inner join releases on suspects.release_id = releases.release_id
order by suspects.release_id, suspects.line_number, suspects.column_number
