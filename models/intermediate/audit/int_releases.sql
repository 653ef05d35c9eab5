with failures as (
    select * from {{ ref('int_identity_residuals') }}
    where status = 'failed'
),

implausible as (
    select distinct release_id
    from {{ ref('int_implausible_releases') }}
    where is_stopped
),

-- A release that fails by itself. If the next one repeats its number differently, the
-- next one is not at fault.
faulty as (
    select distinct release_id
    from failures
    where
        compared_release_id is null
        and accepted_reason is null
    union
    select release_id
    from implausible
),

counted as (
    select
        failures.release_id,
        count(*) as failures,
        count(failures.accepted_reason) as accepted_failures
    from failures
    where
        not exists (
            select 1 from faulty
            where failures.compared_release_id = faulty.release_id
        )
    group by failures.release_id
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
        coalesce(counted.failures, 0) as failures,
        coalesce(counted.accepted_failures, 0) as accepted_failures,
        releases.release_id = max(releases.release_id) over () as is_latest,
        coalesce(counted.failures, 0) = coalesce(counted.accepted_failures, 0)
        and implausible.release_id is null as is_valid,
        announcements.agrees_with_announcement
    from {{ ref('stg_releases') }} as releases
    left join {{ ref('release_calendar') }} as calendar
        on releases.release_id = calendar.release_id
    left join counted on releases.release_id = counted.release_id
    left join announcements on releases.release_id = announcements.release_id
    left join implausible on releases.release_id = implausible.release_id
)

-- A release is compared with the last valid one before it.
select
    *,
    case
        when is_valid
            then lag(release_id) over (partition by is_valid order by release_id)
    end as previous_release_id
from judged
