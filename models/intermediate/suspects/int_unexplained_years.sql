with windows as (
    select * from {{ ref('int_year_windows') }}
    where is_broken
),

wrong as (
    select * from {{ ref('int_wrong_cells') }}
),

unexplained_cells as (
    select * from {{ ref('int_unexplained_cells') }}
),

-- What is left of a broken sum of a year when its wrong cells are taken out of it.
remainders as (
    select
        windows.release_id,
        windows.is_accepted,
        windows.series_id,
        windows.line_number,
        windows.period_start,
        windows.period_end,
        windows.low_musd - sum(
            case
                when wrong.series_id is null then 0
                when wrong.year_coefficient = 1 then wrong.error_high_musd
                else -wrong.error_low_musd
            end
        ) as low_musd,
        windows.high_musd - sum(
            case
                when wrong.series_id is null then 0
                when wrong.year_coefficient = 1 then wrong.error_low_musd
                else -wrong.error_high_musd
            end
        ) as high_musd,
        max(case when wrong.is_ambiguous then 1 else 0 end) as ambiguous
    from windows
    left join wrong
        on
            windows.release_id = wrong.release_id
            and windows.is_accepted = wrong.is_accepted
            and windows.series_id = wrong.series_id
            and windows.line_number = wrong.year_line_number
    group by
        windows.release_id,
        windows.is_accepted,
        windows.series_id,
        windows.line_number,
        windows.period_start,
        windows.period_end,
        windows.low_musd,
        windows.high_musd
)

-- One that is ambiguous or without a value may explain the year, and is listed anyway.
select
    release_id,
    is_accepted,
    series_id,
    line_number,
    period_start,
    period_end,
    low_musd,
    high_musd
from remainders
where
    ambiguous = 0
    and (low_musd > 0 or high_musd < 0)
    and not exists (
        select 1
        from unexplained_cells
        where
            remainders.release_id = unexplained_cells.release_id
            and remainders.is_accepted = unexplained_cells.is_accepted
            and remainders.series_id = unexplained_cells.series_id
            and remainders.line_number = unexplained_cells.year_line_number
    )
