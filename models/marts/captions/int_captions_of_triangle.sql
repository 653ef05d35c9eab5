-- What became of the balance of goods and services, each time that a month was printed
-- again.
with again as (
    select balance_revision_from_previous_musd as revision_musd
    from {{ ref('fct_monthly_trade_vintages') }}
    where
        component = 'total'
        and balance_revision_from_previous_musd is not null
),

counts as (
    select
        count(*) as prints,
        count(case when revision_musd > 0 then 1 end) as up,
        count(case when revision_musd < 0 then 1 end) as down,
        max(abs(revision_musd)) as largest_musd
    from again
),

facts as (
    select
        *,
        up + down as revised,
        case when up + down = 0 then 'title_of_none' else 'title' end as title_case
    from counts
    where prints > 0
)

{{ captions(
    'triangle',
    {'title': 'facts.title_case', 'alternative_text': "'alternative_text'"},
    {
        'prints': grouped('facts.prints'),
        'revised': grouped('facts.revised'),
        'up': grouped('facts.up'),
        'down': grouped('facts.down'),
        'largest': grouped('facts.largest_musd'),
    }
) }}
