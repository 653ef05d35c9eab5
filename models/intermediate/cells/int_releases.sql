with releases as (
    select * from {{ ref('stg_releases') }}
),

calendar as (
    select * from {{ ref('release_calendar') }}
),

breaks as (
    select * from {{ ref('int_identity_residuals') }}
    where status = 'break'
),

implausible as (
    select distinct release_id
    from {{ ref('int_implausible_releases') }}
    where is_stopped
),

-- A release that does not hold by itself: that the next one remembers it otherwise is
-- no fault of the next one.
faulty as (
    select distinct release_id
    from breaks
    where
        compared_release_id is null
        and accepted_reason is null
    union
    select release_id
    from implausible
),

counted as (
    select
        breaks.release_id,
        count(*) as breaks,
        count(breaks.accepted_reason) as accepted_breaks
    from breaks
    where
        not exists (
            select 1 from faulty
            where breaks.compared_release_id = faulty.release_id
        )
    group by breaks.release_id
),

announcements as (
    select
        release_id,
        bool_and(printed_busd = announced_busd) as agrees_with_announcement
    from {{ ref('int_announcements') }}
    where is_announced_with_it
    group by release_id
),

judged as (
    select
        releases.*,
        calendar.released_on,
        coalesce(counted.breaks, 0) as breaks,
        coalesce(counted.accepted_breaks, 0) as accepted_breaks,
        releases.release_id = max(releases.release_id) over () as is_latest,
        coalesce(counted.breaks, 0) = coalesce(counted.accepted_breaks, 0)
        and implausible.release_id is null as is_sound,
        announcements.agrees_with_announcement
    from releases
    left join calendar on releases.release_id = calendar.release_id
    left join counted on releases.release_id = counted.release_id
    left join announcements on releases.release_id = announcements.release_id
    left join implausible on releases.release_id = implausible.release_id
)

-- What a release is compared with: the last sound one before it.
select
    *,
    case
        when is_sound
            then
                lag(release_id) over (
                    partition by is_sound order by release_id
                )
    end as previous_release_id
from judged
