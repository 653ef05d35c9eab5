with releases as (
    select * from {{ ref('int_releases') }}
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
        count(case when status = 'exact' then 1 end) as exact,
        count(case when status = 'rounding' then 1 end) as rounding,
        count(case when status = 'unlikely' then 1 end) as unlikely,
        count(case when status = 'break' then 1 end) as breaks
    from {{ ref('int_sound_residuals') }}
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

warnings as (
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

lines as (
    select
        sentences.sentence_case,
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
        sentences.sentence_case,
        {{ filled_in('sentences.template', {
            'release': 'warnings.release_id',
            'previous': 'warnings.previous_release_id',
            'months': grouped('warnings.months'),
            'largest': grouped('warnings.largest_musd'),
            'list': 'warnings.listed_months',
        }) }} as line
    from warnings
    inner join sentences
        on
            sentences.topic = 'summary'
            and sentences.sentence_case = 'unusual'
    union all
    select
        sentences.sentence_case,
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
    case sentence_case
        when 'left_out' then 1
        when 'unusual' then 2
        when 'releases' then 3
        when 'months' then 4
        when 'identities' then 5
    end as place,
    line
from lines
