with explanations as (
    select * from {{ ref('int_row_explanations') }}
),

cells as (
    select * from {{ ref('int_cells') }}
),

windows as (
    select * from {{ ref('int_year_windows') }}
),

-- An annual row counts 1 in the sum of its year, a month -1: so the year speaks of the
-- cell's own error.
weighed as (
    select
        explanations.*,
        windows.line_number as year_line_number,
        case when cells.period_type = 'month' then -1 else 1 end as year_coefficient,
        windows.is_broken as is_year_broken,
        case
            when cells.period_type = 'month' then -windows.high_musd
            else windows.low_musd
        end as year_low_musd,
        case
            when cells.period_type = 'month' then -windows.low_musd
            else windows.high_musd
        end as year_high_musd
    from explanations
    inner join cells
        on
            explanations.release_id = cells.release_id
            and explanations.line_number = cells.line_number
            and explanations.series_id = cells.series_id
    inner join windows
        on
            explanations.release_id = windows.release_id
            and explanations.is_accepted = windows.is_accepted
            and explanations.series_id = windows.series_id
            and cells.period_start between windows.period_start and windows.period_end
)

select
    *,
    error_low_musd <= year_high_musd
    and error_high_musd >= year_low_musd as agrees_with_year
from weighed
