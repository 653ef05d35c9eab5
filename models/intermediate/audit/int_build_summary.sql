with releases as (
    select * from {{ ref('int_releases') }}
),

residuals as (
    select * from {{ ref('int_sound_residuals') }}
),

changes as (
    select changes.*
    from {{ ref('int_release_changes') }} as changes
    inner join releases on changes.release_id = releases.release_id
    where
        releases.is_latest
        and not changes.is_usual
),

sentences as (
    select * from {{ ref('sentences') }}
),

counts as (
    select
        count(*) as releases,
        max(release_id) as latest,
        sum(line_count) as lines,
        sum(cell_count) as numbers,
        min(first_month) as first_month,
        max(last_month) as last_month
    from releases
),

statuses as (
    select
        count(*) as identities,
        sum(case when status = 'exact' then 1 else 0 end) as exact,
        sum(case when status = 'rounding' then 1 else 0 end) as rounding,
        sum(case when status = 'unlikely' then 1 else 0 end) as unlikely,
        sum(case when status = 'break' then 1 else 0 end) as breaks
    from residuals
),

months as (
    select
        release_id,
        previous_release_id,
        month_date,
        max(abs(revision_musd)) as largest_musd
    from changes
    group by release_id, previous_release_id, month_date
),

unusual as (
    select
        release_id,
        previous_release_id,
        count(*) as months,
        max(largest_musd) as largest_musd,
        {{ listed(month_words('month_date'), "', '", '-' ~ month_number('month_date')) }}
            as listed_months
    from months
    group by release_id, previous_release_id
),

lines as (
    select
        case sentences.sentence_case
            when 'releases' then 3
            when 'months' then 4
            when 'identities' then 5
        end as place,
        {{ filled_in('sentences.template', {
            'releases': grouped('counts.releases'),
            'latest': 'counts.latest',
            'lines': grouped('counts.lines'),
            'numbers': grouped('counts.numbers'),
            'first_month': month_words('counts.first_month'),
            'last_month': month_words('counts.last_month'),
            'identities': grouped('statuses.identities'),
            'exact': grouped('statuses.exact'),
            'rounding': grouped('statuses.rounding'),
            'unlikely': grouped('statuses.unlikely'),
            'breaks': grouped('statuses.breaks'),
        }) }} as line
    from counts
    cross join statuses
    inner join sentences
        on
            sentences.topic = 'summary'
            and sentences.sentence_case in ('releases', 'months', 'identities')
    union all
    select
        2 as place,
        {{ filled_in('sentences.template', {
            'release': 'unusual.release_id',
            'previous': 'unusual.previous_release_id',
            'months': grouped('unusual.months'),
            'largest': grouped('unusual.largest_musd'),
            'list': 'unusual.listed_months',
        }) }} as line
    from unusual
    inner join sentences
        on
            sentences.topic = 'summary'
            and sentences.sentence_case = 'unusual'
    union all
    select
        1 as place,
        {{ filled_in('sentences.template', {
            'release': 'releases.release_id',
            'breaks': grouped('releases.breaks - releases.accepted_breaks'),
        }) }} as line
    from releases
    inner join sentences
        on
            sentences.topic = 'summary'
            and sentences.sentence_case = 'left_out'
    where not releases.is_sound
)

select
    place,
    line
from lines
