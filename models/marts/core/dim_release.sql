with releases as (
    select * from {{ ref('int_releases') }}
),

-- The largest comes first; of equals, the latest month.
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
        count(*) filter (where not is_routine) as not_routine_numbers,
        min(month_date) as first_revised_month,
        max(month_date) as last_revised_month
    from changes
    group by release_id
)

select
    releases.release_id,
    releases.release_table,
    releases.title,
    releases.units_note,
    releases.file_name,
    releases.source_format,
    releases.sheet_name,
    releases.line_ending,
    releases.sha256,
    releases.text_sha256,
    releases.line_count,
    releases.row_offset,
    releases.cell_count,
    releases.first_month,
    releases.last_month,
    releases.released_on,
    releases.has_byte_order_mark,
    releases.ends_with_newline,
    releases.is_latest,
    releases.is_valid,
    releases.agrees_with_announcement,
    releases.previous_release_id,
    case
        when releases.previous_release_id is not null
            then coalesce(summed.revised_numbers, 0)
    end as revised_numbers,
    case
        when releases.previous_release_id is not null
            then coalesce(summed.revised_months, 0)
    end as revised_months,
    case
        when not releases.is_valid then null
        when releases.previous_release_id is null
            then printf('No release before %s is loaded', releases.release_id)
        when releases.first_month > previous.last_month
            then releases.release_id || ' covers no month of '
                || releases.previous_release_id
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
                    when summed.not_routine_numbers = 0 then 'as far back as is routine'
                    when summed.not_routine_numbers = 1
                        then '1 of them lies further back than is routine'
                    else {{ grouped('summed.not_routine_numbers') }}
                        || ' of them lie further back than is routine'
                end
            )
    end as sentence
from releases
left join releases as previous on releases.previous_release_id = previous.release_id
left join summed on releases.release_id = summed.release_id
left join changes as largest
    on
        releases.release_id = largest.release_id
        and largest.place = 1
order by releases.release_id
