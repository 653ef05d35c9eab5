-- The last month of a release has every measure of every subject, if the release
-- reaches back fourteen months (for the three-month average of a year ago). A percent
-- may be missing, where a deficit turned into a surplus. Grain of a failure: a release,
-- subject and measure.
with releases as (
    select *
    from {{ ref('dim_release') }}
    where
        is_valid
        and {{ month_number('last_month') }} - {{ month_number('first_month') }} >= 14
)

select
    releases.release_id,
    releases.last_month,
    subjects.subject,
    measures.measure
from releases
cross join {{ ref('highlight_subjects') }} as subjects
cross join {{ ref('highlight_measures') }} as measures
left join {{ ref('mart_trade_highlights') }} as highlights
    on
        releases.release_id = highlights.release_id
        and releases.last_month = highlights.month_date
        and subjects.subject = highlights.subject
        and measures.measure = highlights.measure
where
    measures.form != 'change_pct'
    and highlights.subject is null
