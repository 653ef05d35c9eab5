{% set most = 5 %}

with releases as (
    select * from {{ ref('int_releases') }}
),

sentences as (
    select * from {{ ref('sentences') }}
),

unusual as (
    select
        changes.release_id,
        changes.previous_release_id,
        changes.month_date,
        max(abs(changes.revision_musd)) as largest_musd
    from {{ ref('int_release_changes') }} as changes
    inner join releases on changes.release_id = releases.release_id
    where
        releases.is_latest
        and not changes.is_usual
    group by changes.release_id, changes.previous_release_id, changes.month_date
),

unusual_releases as (
    select
        release_id,
        previous_release_id,
        count(*) as months,
        max(largest_musd) as largest_musd,
        {{ listed(
            month_words('month_date'), "', '", '-' ~ month_number('month_date')
        ) }} as listed_months
    from unusual
    group by release_id, previous_release_id
),

disagreeing_releases as (
    select * from {{ ref('int_disagreeing_releases') }}
),

warned as (
    select
        'left_out' as sentence_case,
        release_id,
        cast(null as string) as previous_release_id,
        breaks - accepted_breaks as number,
        cast(null as integer) as largest_musd,
        cast(null as string) as listed_months
    from releases
    where not is_sound
    union all
    select
        'unusual' as sentence_case,
        release_id,
        previous_release_id,
        months as number,
        largest_musd,
        listed_months
    from unusual_releases
    union all
    select
        'gap' as sentence_case,
        null as release_id,
        null as previous_release_id,
        null as number,
        null as largest_musd,
        period_words as listed_months
    from {{ ref('int_gaps') }}
    union all
    select
        'announced' as sentence_case,
        release_id,
        null as previous_release_id,
        null as number,
        null as largest_musd,
        listed_months
    from disagreeing_releases
    where place <= {{ most }}
    union all
    select
        'announced_more' as sentence_case,
        release_id,
        null as previous_release_id,
        releases - place + 1 as number,
        null as largest_musd,
        null as listed_months
    from disagreeing_releases
    where place = {{ most }} + 1
)

select
    sentences.sentence_case,
    {{ filled_in('sentences.template', {
        'release': 'warned.release_id',
        'previous': 'warned.previous_release_id',
        'number': grouped('warned.number'),
        'largest': grouped('warned.largest_musd'),
        'list': 'warned.listed_months',
    }) }} as line
from warned
inner join sentences
    on
        sentences.topic = 'warning'
        and warned.sentence_case = sentences.sentence_case
