-- How far the deficits that were announced first are from what is known now.
with months as (
    select
        min(month_date) as first_month,
        max(month_date) as last_month
    from {{ ref('mart_headline_revisions') }}
    where current_busd is not null
),

horizons as (
    select * from {{ ref('mart_headline_revision_summary') }}
),

facts as (
    select
        months.*,
        now.mean_absolute_revision_busd as now_busd,
        now.largest_revision_busd,
        now.largest_month,
        next_prints.mean_absolute_revision_busd as next_busd,
        case
            when next_prints.horizon is null then 'title_of_now'
            else 'title'
        end as title_case
    from months
    inner join horizons as now on now.horizon = 'current'
    left join horizons as next_prints on next_prints.horizon = 'next release'
)

{{ captions(
    'first_prints',
    {
        'title': 'facts.title_case',
        'sentence': "'sentence'",
        'alternative_text': "'alternative_text'",
    },
    {
        'now': size_in_words('facts.now_busd'),
        'next': size_in_words('facts.next_busd'),
        'first_month': month_words('facts.first_month'),
        'last_month': month_words('facts.last_month'),
        'largest': size_in_words('facts.largest_revision_busd'),
        'largest_month': month_words('facts.largest_month'),
    }
) }}
