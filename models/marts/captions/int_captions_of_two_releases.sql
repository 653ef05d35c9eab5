-- What the latest release makes of the month that the one before it ended with, where
-- it still prints it.
with summaries as (
    select summaries.*
    from {{ ref('mart_release_summary') }} as summaries
    inner join {{ ref('dim_release') }} as releases
        on summaries.release_id = releases.release_id
    where releases.is_latest
),

prints as (
    select * from {{ ref('fct_monthly_trade_vintages') }}
    where component = 'total'
),

facts as (
    select
        summaries.*,
        before.month_date,
        before.balance_musd as before_musd,
        now.balance_musd,
        case
            when before.balance_musd = now.balance_musd then 'title_unrevised'
            else 'title'
        end as title_case
    from summaries
    inner join {{ ref('dim_release') }} as releases
        on summaries.previous_release_id = releases.release_id
    inner join prints as before
        on
            summaries.previous_release_id = before.release_id
            and releases.last_month = before.month_date
    inner join prints as now
        on
            summaries.release_id = now.release_id
            and before.month_date = now.month_date
)

{{ captions(
    'two_releases',
    {'title': 'facts.title_case', 'alternative_text': "'alternative_text'"},
    {
        'release': 'facts.release_id',
        'previous': 'facts.previous_release_id',
        'month': month_words('facts.month_date'),
        'side': side('facts.balance_musd'),
        'value': grouped('abs(facts.balance_musd)'),
        'previous_side': side('facts.before_musd'),
        'before': grouped('abs(facts.before_musd)'),
        'sentence': 'facts.sentence',
    }
) }}
