-- How the latest month of each series stands, the highest or the lowest since when,
-- whichever goes back further, and how long it has been moving one way.
with latest as (
    select
        records.*,
        series.series_id,
        coalesce(records.highest_since, date '0001-01-01')
        <= coalesce(records.lowest_since, date '0001-01-01') as is_high
    from {{ ref('mart_trade_records') }} as records
    inner join {{ ref('dim_month') }} as months
        on records.month_date = months.month_date
    inner join {{ ref('dim_series') }} as series
        on
            records.component = series.component
            and records.flow = series.flow
    where months.is_latest
),

-- After a month that is missing all begins anew, with a month that has none before it.
span as (
    select max(month_date) as first_month
    from {{ ref('mart_trade_records') }}
    where is_record_high is null
),

facts as (
    select
        *,
        case when is_high then highest_since else lowest_since end as since,
        case
            when flow != 'balance' and is_high then 'highest'
            when flow != 'balance' then 'lowest'
            when value_musd < 0 and is_high then 'smallest_deficit'
            when value_musd < 0 then 'largest_deficit'
            when is_high then 'largest_surplus'
            else 'smallest_surplus'
        end as extreme_case,
        case
            when is_record_high is null then 'first'
            when is_high and is_record_high then 'record'
            when not is_high and is_record_low then 'record'
            else 'since'
        end as standing_case,
        case
            when streak_months > 1 then 'rises'
            when streak_months = 1 then 'rise'
            when streak_months = -1 then 'fall'
            when streak_months < -1 then 'falls'
            when streak_months = 0 then 'same'
        end as movement_case
    from latest
),

sentences as (
    select * from {{ ref('sentences') }}
)

select
    sentences.topic as picture,
    facts.series_id as part,
    {{ filled_in('sentences.template', {
        'extreme': 'extremes.template',
        'since': month_words('facts.since'),
        'months': grouped('abs(facts.streak_months)'),
    }) }} as sentence
from facts
inner join sentences as extremes
    on
        extremes.topic = 'extreme'
        and facts.extreme_case = extremes.sentence_case
inner join sentences
    on
        (sentences.topic = 'standing' and facts.standing_case = sentences.sentence_case)
        or (
            sentences.topic = 'movement'
            and facts.movement_case = sentences.sentence_case
        )
union all
select
    sentences.topic as picture,
    sentences.sentence_case as part,
    {{ filled_in('sentences.template', {
        'month': month_words('months.month_date'),
        'first_month': month_words('span.first_month'),
    }) }} as sentence
from span
inner join {{ ref('dim_month') }} as months on months.is_latest
inner join sentences on sentences.topic = 'records'
