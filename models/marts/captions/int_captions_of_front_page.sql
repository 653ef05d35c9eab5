-- The three numbers that the news release leads with: what each is called, and what it
-- did on the month. Of a surplus, what became of its size.
with facts as (
    select
        highlights.*,
        case
            when highlights.subject = 'deficit' and highlights.is_below_zero
                then 'surplus'
            else highlights.subject
        end as name_case,
        cast(highlights.month_date - interval 1 month as date) as previous_month
    from {{ ref('int_highlights') }} as highlights
    inner join {{ ref('dim_release') }} as releases
        on
            highlights.release_id = releases.release_id
            and highlights.month_date = releases.last_month
    where
        releases.is_latest
        and highlights.measure = 'level'
        and highlights.subject in ('deficit', 'exports', 'imports')
)

select
    sentences.topic as picture,
    facts.subject as part,
    {{ filled_in('sentences.template', {
        'change': size_in_words('facts.change_busd'),
        'change_pct': size_in_words('facts.change_pct'),
        'base': size_in_words('facts.base_busd'),
        'other_side': side('-facts.base_busd'),
        'month': month_name('facts.previous_month'),
    }) }} as sentence
from facts
inner join {{ ref('sentences') }} as sentences
    on
        (sentences.topic = 'card' and facts.name_case = sentences.sentence_case)
        or (
            sentences.topic = 'card_change'
            and facts.movement = sentences.sentence_case
        )
