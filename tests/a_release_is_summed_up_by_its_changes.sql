-- The numbers of each release, counted among its changes; its largest revision is one
-- of them, and none is larger, nor of its size in a later month. The sentence is the
-- template of the seed, filled with them. Units: millions. Grain of a failure: a
-- release.
with changes as (
    select * from {{ ref('mart_release_changes') }}
),

counted as (
    select
        release_id,
        count(*) as revised_numbers,
        count(distinct month_date) as revised_months,
        count(*) - sum(cast(is_usual as integer)) as unusual_numbers,
        min(month_date) as first_revised_month,
        max(month_date) as last_revised_month,
        max(abs(revision_musd)) as largest_size_musd
    from changes
    group by release_id
),

largest as (
    select
        changes.release_id,
        max(changes.month_date) as month_date
    from changes
    inner join counted on changes.release_id = counted.release_id
    where abs(changes.revision_musd) = counted.largest_size_musd
    group by changes.release_id
),

before as (
    select
        later.release_id,
        max(earlier.release_id) as previous_release_id
    from {{ ref('dim_release') }} as later
    inner join {{ ref('dim_release') }} as earlier
        on later.release_id > earlier.release_id
    where earlier.is_sound
    group by later.release_id
)

select summaries.*
from {{ ref('mart_release_summary') }} as summaries
inner join {{ ref('dim_release') }} as releases
    on summaries.release_id = releases.release_id
left join before on summaries.release_id = before.release_id
left join counted on summaries.release_id = counted.release_id
left join largest on summaries.release_id = largest.release_id
left join changes
    on
        summaries.release_id = changes.release_id
        and summaries.largest_series_id = changes.series_id
        and summaries.largest_month = changes.month_date
left join {{ ref('dim_series') }} as series on changes.series_id = series.series_id
left join {{ ref('sentences') }} as spans
    on
        spans.topic = 'revised_months'
        and spans.sentence_case
        = case when counted.revised_months > 1 then 'many' else 'one' end
left join {{ ref('sentences') }} as sentences
    on
        sentences.topic = 'revised'
        and sentences.sentence_case = case
            when summaries.previous_release_id is null then 'first'
            when
                substr(cast(releases.first_month as string), 1, 7)
                > summaries.previous_release_id
                then 'apart'
            when counted.release_id is null then 'same'
            when counted.unusual_numbers > 0 then 'unusual'
            else 'usual'
        end
where
    summaries.previous_release_id is distinct from before.previous_release_id
    or summaries.revised_numbers != coalesce(counted.revised_numbers, 0)
    or summaries.revised_months != coalesce(counted.revised_months, 0)
    or summaries.unusual_numbers != coalesce(counted.unusual_numbers, 0)
    or summaries.first_revised_month is distinct from counted.first_revised_month
    or summaries.last_revised_month is distinct from counted.last_revised_month
    or summaries.largest_month is distinct from largest.month_date
    or abs(summaries.largest_revision_musd) is distinct from counted.largest_size_musd
    or summaries.largest_series_id is distinct from changes.series_id
    or summaries.largest_revision_musd is distinct from changes.revision_musd
    or summaries.sentence is distinct from {{ filled_in('sentences.template', {
        'release': 'summaries.release_id',
        'previous': 'summaries.previous_release_id',
        'numbers': grouped('counted.revised_numbers'),
        'unusual': grouped('counted.unusual_numbers'),
        'span': filled_in('spans.template', {
            'months': grouped('counted.revised_months'),
            'first_month': month_words('counted.first_revised_month'),
            'last_month': month_words('counted.last_revised_month'),
        }),
        'title': 'series.title',
        'month': month_words('changes.month_date'),
        'revision': grouped('changes.revision_musd'),
    }) }}
union all
select summaries.*
from {{ ref('dim_release') }} as releases
left join {{ ref('mart_release_summary') }} as summaries
    on releases.release_id = summaries.release_id
where
    releases.is_sound
    and summaries.release_id is null
