-- What the picture of exports, imports and the balance shows.
with months as (
    select
        *,
        strftime(month_date, '%B %Y') as month_words,
        cast(round(abs(balance_musd) * 0.001, 1) as decimal(18, 1)) as balance_busd,
        cast(round(exports_musd * 0.001, 1) as decimal(18, 1)) as exports_busd,
        cast(round(imports_musd * 0.001, 1) as decimal(18, 1)) as imports_busd
    from marts.fct_monthly_trade
    where component = 'total'
),

facts as (
    select
        count(*) as months,
        count(*) filter (where balance_musd < 0) as deficit_months,
        arg_max(months, month_date) as latest,
        arg_min(months, month_date) as earliest,
        arg_min(months, balance_musd) as lowest
    from months
)

select
    'The ' || if(latest.balance_musd < 0, 'deficit', 'surplus')
    || ' was $' || latest.balance_busd || ' billion in ' || latest.month_words
    || '; imports have exceeded exports in '
    || case
        when deficit_months = months then 'every month'
        else deficit_months || ' of ' || months || ' months'
    end
    || ' since ' || year(earliest.month_date) as title,
    'Lines by month from ' || earliest.month_words || ' to ' || latest.month_words
    || '. Exports rise from $' || earliest.exports_busd || ' billion to $'
    || latest.exports_busd || ' billion, imports from $' || earliest.imports_busd
    || ' billion to $' || latest.imports_busd
    || ' billion; the balance, below zero, is lowest in ' || lowest.month_words
    || ', a deficit of $' || lowest.balance_busd || ' billion.' as alternative_text
from facts;
