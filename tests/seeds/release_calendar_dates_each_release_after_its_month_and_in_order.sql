-- The day of a release is what trade_as_of goes by. A row may be of a release that is
-- not loaded: the calendar goes ahead. Grain of a failure: a row and what is wrong with
-- it.
with calendar as (
    select
        *,
        case
            when length(release_id) = 7
                then last_day(try_cast(release_id || '-01' as date))
        end as month_end
    from {{ ref('release_calendar') }}
),

ordered as (
    select
        *,
        lag(released_on) over (order by month_end) as previous_released_on
    from calendar
    where month_end is not null
),

faults as (
    select
        release_id,
        released_on,
        source,
        'release_id is no month; write it as 2024-02' as fault
    from calendar
    where month_end is null
    union all
    select
        release_id,
        released_on,
        source,
        'there is no day' as fault
    from calendar
    where released_on is null
    union all
    select
        release_id,
        released_on,
        source,
        'the day is not after the end of the month' as fault
    from ordered
    where released_on <= month_end
    union all
    select
        release_id,
        released_on,
        source,
        'the day is over 200 days after the end of the month' as fault
    from ordered
    where released_on > cast(month_end + interval 200 days as date)
    union all
    select
        release_id,
        released_on,
        source,
        'the day is not after that of the release before, ' || previous_released_on
            as fault
    from ordered
    where released_on <= previous_released_on
    union all
    select
        release_id,
        released_on,
        source,
        'there is no source' as fault
    from calendar
    where trim(coalesce(source, '')) = ''
)

select
    fault,
    release_id,
    released_on,
    source
from faults
