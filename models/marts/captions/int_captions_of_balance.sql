with months as (
    select * from {{ ref('mart_trade_wide') }}
),

span as (
    select
        count(*) as months,
        count(case when balance_total_musd < 0 then 1 end) as deficit_months,
        min(month_date) as first_month,
        max(month_date) as last_month,
        min(balance_total_busd) as lowest_busd
    from months
),

-- Of several months that are as low, the earliest.
lowest as (
    select min(months.month_date) as month_date
    from months
    inner join span on months.balance_total_busd = span.lowest_busd
),

facts as (
    select
        span.*,
        lowest.month_date as lowest_month,
        earliest.exports_total_busd as first_exports_busd,
        earliest.imports_total_busd as first_imports_busd,
        latest.exports_total_busd as last_exports_busd,
        latest.imports_total_busd as last_imports_busd,
        latest.balance_total_busd as balance_busd,
        case
            when span.months = 1 then 'title_of_one_month'
            when span.deficit_months = 0 then 'title_never'
            when
                span.deficit_months
                = {{ month_number('span.last_month') }}
                - {{ month_number('span.first_month') }} + 1
                then 'title_always'
            else 'title_sometimes'
        end as title_case,
        case
            when span.months = 1 then 'alternative_text_of_one_month'
            else 'alternative_text'
        end as text_case
    from span
    cross join lowest
    inner join months as earliest on span.first_month = earliest.month_date
    inner join months as latest on span.last_month = latest.month_date
)

{{ captions(
    'balance',
    {'title': 'facts.title_case', 'alternative_text': 'facts.text_case'},
    {
        'side': side('facts.balance_busd'),
        'balance': size_in_words('facts.balance_busd'),
        'month': month_words('facts.last_month'),
        'months': grouped('facts.months'),
        'deficit_months': grouped('facts.deficit_months'),
        'first_month': month_words('facts.first_month'),
        'first_year': whole('year(facts.first_month)'),
        'first_exports': size_in_words('facts.first_exports_busd'),
        'first_imports': size_in_words('facts.first_imports_busd'),
        'exports': size_in_words('facts.last_exports_busd'),
        'imports': size_in_words('facts.last_imports_busd'),
        'lowest_month': month_words('facts.lowest_month'),
        'lowest_side': side('facts.lowest_busd'),
        'lowest': size_in_words('facts.lowest_busd'),
    }
) }}
