-- A loaded release is held to these numbers: one that is missing would be agreed with.
-- Grain of a failure: a row and what is wrong with it.
with headlines as (
    select * from {{ ref('headline_deficits') }}
),

calendar as (
    select * from {{ ref('release_calendar') }}
),

faults as (
    select
        headlines.*,
        'release_calendar has no such release' as fault
    from headlines
    where
        not exists (
            select 1
            from calendar
            where calendar.release_id = headlines.release_id
        )
    union all
    select
        headlines.*,
        'a cell is empty' as fault
    from headlines
    where
        deficit_busd is null
        or previous_month_deficit_busd is null
        or is_annual_revision is null
)

select
    fault,
    release_id,
    deficit_busd,
    previous_month_deficit_busd,
    is_annual_revision
from faults
