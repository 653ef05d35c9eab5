-- For the last month of a release that reaches back far enough (fourteen months before
-- it, for a three-month average of the year before), every subject has every measure;
-- but no percent change where a deficit turned into a surplus. The sentence is whole: a
-- capital letter, a full stop, no name left to fill in. Grain of a failure: a release,
-- subject and measure.
with releases as (
    select *
    from {{ ref('dim_release') }}
    where datediff('month', first_month, last_month) >= 14
),

subjects as (
    select * from {{ ref('stg_highlight_subjects') }}
),

measures as (
    select * from {{ ref('stg_highlight_measures') }}
),

highlights as (
    select * from {{ ref('mart_trade_highlights') }}
),

swings as (
    select distinct
        release_id,
        month_date,
        subject
    from highlights
    where contains(sentence, ' swung ')
)

select
    releases.release_id,
    subjects.subject,
    measures.measure,
    highlights.sentence
from releases
cross join subjects
cross join measures
left join highlights
    on
        releases.release_id = highlights.release_id
        and releases.last_month = highlights.month_date
        and subjects.subject = highlights.subject
        and measures.measure = highlights.measure
left join swings
    on
        releases.release_id = swings.release_id
        and releases.last_month = swings.month_date
        and subjects.subject = swings.subject
where
    not coalesce(
        regexp_matches(highlights.sentence, '^[A-Z][^{}]*[a-z0-9]\.$'),
        measures.form = 'change_pct' and swings.subject is not null
    )
