-- How the latest release is cited, and when the next one comes out, where the calendar
-- has it.
with next_releases as (
    select
        releases.release_id,
        min(calendar.release_id) as next_release_id,
        min(calendar.released_on) as next_released_on
    from {{ ref('dim_release') }} as releases
    inner join {{ ref('release_calendar') }} as calendar
        on releases.release_id < calendar.release_id
    where releases.is_latest
    group by releases.release_id
),

facts as (
    select
        releases.*,
        next_releases.next_released_on,
        cast(next_releases.next_release_id || '-01' as date) as next_month,
        case
            when releases.released_on is null then 'citation_undated'
            else 'citation'
        end as citation_case,
        case
            when next_releases.release_id is not null then 'next_release'
        end as next_case
    from {{ ref('dim_release') }} as releases
    left join next_releases on releases.release_id = next_releases.release_id
    where releases.is_latest
)

{{ captions(
    'release',
    {'citation': 'facts.citation_case', 'next_release': 'facts.next_case'},
    {
        'title': 'facts.title',
        'release': 'facts.release_id',
        'day': day_words('facts.released_on'),
        'next_month': month_words('facts.next_month'),
        'next_day': day_words('facts.next_released_on'),
    }
) }}
