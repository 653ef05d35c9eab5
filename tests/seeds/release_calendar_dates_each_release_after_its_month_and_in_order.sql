-- trade_as_of relies on these dates. The calendar may include releases that are not
-- loaded. Grain of a failure: a row and what is wrong with it.
with calendar as (
    select
        *,
        case
            when length(release_id) = 7
                then last_day(try_cast(release_id || '-01' as date))
        end as month_end,
        cast(date_trunc('week', released_on) + interval 5 days as date) as saturday
    from {{ ref('release_calendar') }}
),

ordered as (
    select
        *,
        lag(released_on) over (order by month_end) as previous_released_on
    from calendar
),

judged as (
    select
        case
            when month_end is null then 'release_id is no month; write it as 2024-02'
            when released_on is null then 'there is no day'
            when released_on <= month_end
                then 'the day is not after the end of the month'
            when released_on > cast(month_end + interval 200 days as date)
                then 'the day is over 200 days after the end of the month'
            when released_on <= previous_released_on
                then
                    concat(
                        'the day is not after that of the release before, ',
                        previous_released_on
                    )
            when released_on >= saturday then 'the day is of a weekend'
            when trim(coalesce(source, '')) = '' then 'there is no source'
        end as fault,
        release_id,
        released_on,
        source
    from ordered
)

select *
from judged
where fault is not null
