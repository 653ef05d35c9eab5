with releases as (
    select * from {{ ref('int_releases') }}
    where is_sound
),

series as (
    select * from {{ ref('series') }}
),

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
    from {{ ref('int_release_changes') }} as changes
    inner join series on changes.series_id = series.series_id
),

-- The largest is the first of them in that order: of the same size, that of the latest
-- month.
summed as (
    select
        release_id,
        count(*) as revised_numbers,
        count(distinct month_date) as revised_months,
        min(month_date) as first_revised_month,
        max(month_date) as last_revised_month,
        count(case when not is_usual then 1 end) as unusual_numbers,
        max(case when place = 1 then revision_musd end) as largest_revision_musd,
        max(case when place = 1 then series_id end) as largest_series_id,
        max(case when place = 1 then title end) as largest_title,
        max(case when place = 1 then month_date end) as largest_month
    from changes
    group by release_id
),

told as (
    select
        releases.release_id,
        releases.previous_release_id,
        coalesce(summed.revised_numbers, 0) as revised_numbers,
        coalesce(summed.revised_months, 0) as revised_months,
        coalesce(summed.unusual_numbers, 0) as unusual_numbers,
        summed.first_revised_month,
        summed.last_revised_month,
        summed.largest_revision_musd,
        summed.largest_series_id,
        summed.largest_title,
        summed.largest_month,
        case
            when releases.previous_release_id is null then 'first'
            when releases.first_month > previous.last_month then 'apart'
            when summed.release_id is null then 'same'
            when summed.unusual_numbers > 0 then 'unusual'
            else 'usual'
        end as sentence_case
    from releases
    left join releases as previous
        on releases.previous_release_id = previous.release_id
    left join summed on releases.release_id = summed.release_id
)

select
    told.*,
    {{ filled_in('sentences.template', {
        'release': 'told.release_id',
        'previous': 'told.previous_release_id',
        'numbers': grouped('told.revised_numbers'),
        'months': grouped('told.revised_months'),
        'unusual': grouped('told.unusual_numbers'),
        'first_month': month_words('told.first_revised_month'),
        'last_month': month_words('told.last_revised_month'),
        'title': 'told.largest_title',
        'month': month_words('told.largest_month'),
        'revision': grouped('told.largest_revision_musd'),
    }) }} as sentence
from told
inner join {{ ref('sentences') }} as sentences
    on
        sentences.topic = 'revised'
        and told.sentence_case = sentences.sentence_case
