-- Where exports and imports stand against a year ago, and when they fell furthest.
with changes as (
    select
        *,
        strftime(month_date, '%B %Y') as month_words,
        cast(round(abs(change_from_year_ago_pct), 1) as decimal(18, 1)) as size_pct,
        case
            when round(change_from_year_ago_pct, 1) = 0 then 'as a year before'
            when change_from_year_ago_pct > 0
                then size_pct || ' percent above a year before'
            else size_pct || ' percent below a year before'
        end as words
    from marts.mart_trade_indicators
    where
        component = 'total'
        and flow != 'balance'
        and change_from_year_ago_pct is not null
),

facts as (
    select
        arg_max(changes, month_date) filter (where flow = 'exports') as exports,
        arg_max(changes, month_date) filter (where flow = 'imports') as imports,
        arg_min(changes, change_from_year_ago_pct) filter (where flow = 'exports')
            as lowest_exports,
        arg_min(changes, change_from_year_ago_pct) filter (where flow = 'imports')
            as lowest_imports
    from changes
)

select
    'Exports in ' || exports.month_words || ' were ' || exports.words || ', imports '
    || imports.words as title,
    'Two lines by month: the change from the same month of the year before, in percent.'
    || ' Exports were lowest in ' || lowest_exports.month_words || ', '
    || lowest_exports.words
    || ', and imports in ' || lowest_imports.month_words || ', ' || lowest_imports.words
    || '.' as alternative_text
from facts;
