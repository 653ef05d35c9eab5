with releases as (
    select * from {{ ref('stg_releases') }}
),

calendar as (
    select * from {{ ref('release_calendar') }}
),

breaks as (
    select
        release_id,
        count(*) as breaks,
        count(accepted_reason) as accepted_breaks
    from {{ ref('int_identity_residuals') }}
    where status = 'break'
    group by release_id
),

announcements as (
    select
        release_id,
        bool_and(printed_busd = announced_busd) as agrees_with_announcement
    from {{ ref('int_announcements') }}
    group by release_id
),

judged as (
    select
        releases.*,
        calendar.released_on,
        coalesce(breaks.breaks, 0) as breaks,
        coalesce(breaks.accepted_breaks, 0) as accepted_breaks,
        releases.release_id = max(releases.release_id) over () as is_latest,
        coalesce(breaks.breaks, 0) = coalesce(breaks.accepted_breaks, 0) as is_sound,
        announcements.agrees_with_announcement
    from releases
    left join calendar on releases.release_id = calendar.release_id
    left join breaks on releases.release_id = breaks.release_id
    left join announcements on releases.release_id = announcements.release_id
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
