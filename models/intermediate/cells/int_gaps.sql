with months as (
    select
        period_start,
        lag(period_start) over (order by period_start) as month_before
    from {{ ref('int_sound_rows') }}
    where
        is_current
        and period_type = 'month'
),

gaps as (
    select
        cast(month_before + interval 1 month as date) as first_month,
        cast(period_start - interval 1 month as date) as last_month
    from months
    where {{ month_number('period_start') }} > {{ month_number('month_before') }} + 1
)

select
    gaps.first_month,
    gaps.last_month,
    {{ filled_in('sentences.template', {
        'first_month': month_words('gaps.first_month'),
        'last_month': month_words('gaps.last_month'),
    }) }} as period_words
from gaps
inner join {{ ref('sentences') }} as sentences
    on
        sentences.topic = 'gap'
        and sentences.sentence_case
        = case when gaps.first_month = gaps.last_month then 'month' else 'months' end
