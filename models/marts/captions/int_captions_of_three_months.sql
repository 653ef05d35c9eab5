with averages as (
    select highlights.*
    from {{ ref('int_highlights') }} as highlights
    inner join {{ ref('dim_release') }} as releases
        on
            highlights.release_id = releases.release_id
            and highlights.month_date = releases.last_month
    where
        releases.is_latest
        and highlights.subject = 'deficit'
),

-- What became of the average since the one that ended a month, or a year, earlier.
moves as (
    select
        averages.measure,
        {{ filled_in('sentences.template', {
            'change': amount_in_words('averages.change_busd', 'units'),
            'base': amount_in_words('averages.base_busd', 'units'),
            'other_side': side('-averages.base_busd'),
        }) }} as move_words
    from averages
    inner join {{ ref('sentences') }} as sentences
        on
            averages.measure = sentences.topic
            and sentences.sentence_case = case averages.movement
                when 'from_zero' then 'up'
                else averages.movement
            end
    inner join {{ ref('highlight_units') }} as units on units.unit = 'usd_bn'
),

facts as (
    select
        averages.month_date,
        averages.value,
        highlights.sentence,
        month_moves.move_words as month_move,
        year_moves.move_words as year_move,
        case
            when month_moves.move_words is null then 'title'
            when year_moves.move_words is null then 'title_on_the_month'
            else 'title_on_the_month_and_year'
        end as title_case
    from averages
    inner join {{ ref('mart_trade_highlights') }} as highlights
        on
            averages.release_id = highlights.release_id
            and averages.month_date = highlights.month_date
            and averages.subject = highlights.subject
            and averages.measure = highlights.measure
    left join moves as month_moves on month_moves.measure = 'three_month_average_change'
    left join moves as year_moves
        on year_moves.measure = 'three_month_average_change_from_year_ago'
    where averages.measure = 'three_month_average'
)

{{ captions(
    'three_months',
    {'title': 'facts.title_case', 'alternative_text': "'alternative_text'"},
    {
        'side': side('-facts.value'),
        'average': size_in_words('facts.value'),
        'month': month_words('facts.month_date'),
        'month_move': 'facts.month_move',
        'year_move': 'facts.year_move',
        'sentence': 'facts.sentence',
    }
) }}
