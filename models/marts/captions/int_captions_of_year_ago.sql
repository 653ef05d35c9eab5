-- Of several months that fell as far, the earliest.
with ranked as (
    select
        month_date,
        flow,
        change_from_year_ago_pct as change_pct,
        row_number() over (partition by flow order by month_date desc) as from_last,
        row_number() over (
            partition by flow order by change_from_year_ago_pct asc, month_date asc
        ) as from_lowest
    from {{ ref('mart_trade_indicators') }}
    where
        component = 'total'
        and flow != 'balance'
        and change_from_year_ago_pct is not null
),

worded as (
    select
        ranked.*,
        {{ filled_in('sentences.template', {
            'change': size_in_words('ranked.change_pct')
        }) }} as change_words
    from ranked
    inner join {{ ref('sentences') }} as sentences
        on
            sentences.topic = 'from_year_ago'
            and sentences.sentence_case = case
                when round(ranked.change_pct, 1) > 0 then 'above'
                when round(ranked.change_pct, 1) < 0 then 'below'
                else 'same'
            end
)

select
    sentences.topic as picture,
    sentences.sentence_case as part,
    {{ filled_in('sentences.template', {
        'month': month_words('exports.month_date'),
        'exports': 'exports.change_words',
        'imports': 'imports.change_words',
        'lowest_exports_month': month_words('lowest_exports.month_date'),
        'lowest_exports': 'lowest_exports.change_words',
        'lowest_imports_month': month_words('lowest_imports.month_date'),
        'lowest_imports': 'lowest_imports.change_words',
    }) }} as sentence
from worded as exports
inner join worded as imports
    on
        exports.month_date = imports.month_date
        and exports.flow = 'exports'
        and exports.from_last = 1
        and imports.flow = 'imports'
        and imports.from_last = 1
inner join worded as lowest_exports
    on
        lowest_exports.flow = 'exports'
        and lowest_exports.from_lowest = 1
inner join worded as lowest_imports
    on
        lowest_imports.flow = 'imports'
        and lowest_imports.from_lowest = 1
inner join {{ ref('sentences') }} as sentences on sentences.topic = 'year_ago'
