with highlights as (
    select
        *,
        cast(month_date - interval 1 month as date) as previous_month,
        cast(month_date - interval 1 year as date) as year_ago_month
    from {{ ref('int_highlights') }}
),

units as (
    select * from {{ ref('highlight_units') }}
),

-- The measure's sentence, with the words for the movement.
templates as (
    select
        highlights.*,
        {{ filled_in(
            'case when highlights.movement is null then measures.sentence_without_base '
            ~ 'else measures.sentence end',
            {
                'moved': 'movements.moved',
                'compared': 'movements.compared',
                'same_period': 'case when month(highlights.month_date) = 1 '
                    ~ "then '{year_ago_month}' else 'the same period of {year_ago}' end",
            }
        ) }} as template
    from highlights
    inner join {{ ref('highlight_measures') }} as measures
        on highlights.measure = measures.measure
    left join {{ ref('highlight_movements') }} as movements
        on highlights.movement = movements.movement
),

filled as (
    select
        templates.release_id,
        templates.month_date,
        templates.subject,
        templates.measure,
        templates.unit,
        templates.value,
        templates.exact_value,
        templates.sort_order,
        {{ filled_in('templates.template', {
            'subject': name_of_side('name', 'templates'),
            'average_subject': name_of_side('average', 'templates'),
            'was': 'subjects.verb',
            'side': 'case when templates.is_below_zero then subjects.side_below '
                ~ 'else subjects.side_above end',
            'other_side': 'case when templates.is_below_zero then subjects.side_above '
                ~ 'else subjects.side_below end',
            'amount': amount_in_words('templates.value', 'units'),
            'base': amount_in_words('templates.base_busd', 'dollars'),
            'change': amount_in_words('templates.change_busd', 'dollars'),
            'change_pct': amount_in_words('templates.change_pct', 'percents'),
            'month': month_words('templates.month_date'),
            'previous_month': 'case when month(templates.month_date) = 1 then '
                ~ month_words('templates.previous_month')
                ~ ' else ' ~ month_name('templates.previous_month') ~ ' end',
            'full_previous_month': month_words('templates.previous_month'),
            'year_ago_month': month_words('templates.year_ago_month'),
            'year_ago': 'cast(year(templates.year_ago_month) as string)',
        }) }} as sentence
    from templates
    inner join {{ ref('highlight_subjects') }} as subjects
        on templates.subject = subjects.subject
    inner join units on templates.unit = units.unit
    inner join units as dollars on dollars.unit = 'usd_bn'
    inner join units as percents on percents.unit = 'percent'
)

select
    release_id,
    month_date,
    subject,
    measure,
    unit,
    upper(substr(sentence, 1, 1)) || substr(sentence, 2) as sentence,
    value,
    exact_value,
    sort_order
from filled
order by release_id, month_date, sort_order
