with releases as (
    select * from {{ ref('int_releases') }}
    where is_sound
),

-- The largest comes first: of the same size, that of the latest month.
changes as (
    select
        changes.*,
        series.title,
        row_number() over (
            partition by changes.release_id
            order by
                abs(changes.revision_musd) desc,
                changes.month_date desc,
                series.sort_order asc
        ) as place
    from {{ ref('mart_release_changes') }} as changes
    inner join {{ ref('series') }} as series on changes.series_id = series.series_id
),

summed as (
    select
        release_id,
        count(*) as revised_numbers,
        count(distinct month_date) as revised_months,
        count(*) filter (where not is_usual) as unusual_numbers,
        min(month_date) as first_revised_month,
        max(month_date) as last_revised_month
    from changes
    group by release_id
)

select
    releases.release_id,
    releases.previous_release_id,
    largest.series_id as largest_series_id,
    case
        when releases.previous_release_id is null
            then printf('No release before %s is loaded', releases.release_id)
        when releases.first_month > previous.last_month
            then releases.release_id || ' prints no month that '
                || releases.previous_release_id || ' printed'
        when summed.release_id is null
            then releases.release_id || ' against ' || releases.previous_release_id
                || ': no number revised'
        else
            printf(
                '%s against %s: %s revised, of %s%s; '
                || 'the largest: %s, %s, %s by %,d million dollars; %s',
                releases.release_id,
                releases.previous_release_id,
                {{ counted('summed.revised_numbers', 'number') }},
                {{ months_words(
                    'summed.first_revised_month', 'summed.last_revised_month'
                ) }},
                case
                    when summed.revised_months > 1
                        then printf(', %,d months', summed.revised_months)
                    else ''
                end,
                largest.title,
                {{ month_words('largest.month_date') }},
                case when largest.revision_musd > 0 then 'up' else 'down' end,
                abs(largest.revision_musd),
                case
                    when summed.unusual_numbers = 0 then 'as far back as is usual'
                    when summed.unusual_numbers = 1
                        then '1 of them lies further back than is usual'
                    else {{ grouped('summed.unusual_numbers') }}
                        || ' of them lie further back than is usual'
                end
            )
    end as sentence,
    coalesce(summed.revised_numbers, 0) as revised_numbers,
    coalesce(summed.revised_months, 0) as revised_months,
    coalesce(summed.unusual_numbers, 0) as unusual_numbers,
    largest.revision_musd as largest_revision_musd,
    summed.first_revised_month,
    summed.last_revised_month,
    largest.month_date as largest_month
from releases
left join releases as previous on releases.previous_release_id = previous.release_id
left join summed on releases.release_id = summed.release_id
left join changes as largest
    on
        releases.release_id = largest.release_id
        and largest.place = 1
order by releases.release_id
