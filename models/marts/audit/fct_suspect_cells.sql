-- This mart includes releases that failed. (If the latest failed, no mart is built.)
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
from {{ ref('int_suspect_cells') }} as suspects
inner join {{ ref('int_releases') }} as releases
    on suspects.release_id = releases.release_id
order by suspects.release_id, suspects.line_number, suspects.column_number
