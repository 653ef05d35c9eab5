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

revised as (
    select * from {{ ref('int_release_summaries') }}
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
            'revised': 'revised.sentence',
        }) }} as line
    from counts
    cross join statuses
    inner join sentences on sentences.topic = 'summary'
    left join revised on counts.latest = revised.release_id
    where sentences.sentence_case != 'revised'
        or revised.previous_release_id is not null
    union all
    select
        sentence_case,
        line
    from {{ ref('int_warnings') }}
)

select
    case sentence_case
        when 'left_out' then 1
        when 'gap' then 2
        when 'unusual' then 3
        when 'announced' then 4
        when 'announced_more' then 5
        when 'releases' then 6
        when 'revised' then 7
        when 'months' then 8
        when 'identities' then 9
    end as place,
    line
from lines
