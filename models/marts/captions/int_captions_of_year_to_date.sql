with years as (
    select
        indicators.month_date,
        indicators.year_to_date_busd as balance_busd,
        months.year,
        months.month_number,
        months.is_latest
    from {{ ref('mart_trade_indicators') }} as indicators
    inner join {{ ref('dim_month') }} as months
        on indicators.month_date = months.month_date
    where
        indicators.component = 'total'
        and indicators.flow = 'balance'
        and indicators.year_to_date_busd is not null
),

sentences as (
    select * from {{ ref('sentences') }}
),

-- This year beside the same months of the five before. Where it is a surplus, their
-- surpluses are compared, and a deficit is less than any.
compared as (
    select
        latest.month_date,
        latest.balance_busd,
        years.year,
        years.balance_busd as year_balance_busd,
        case
            when years.is_latest then 'latest'
            when years.balance_busd = latest.balance_busd then 'same'
            when (years.balance_busd < latest.balance_busd) = (latest.balance_busd < 0)
                then 'larger'
            else 'smaller'
        end as comparison
    from years as latest
    inner join years
        on
            latest.is_latest
            and latest.month_number = years.month_number
            and years.year between latest.year - 5 and latest.year
),

worded as (
    select
        compared.*,
        {{ filled_in('sentences.template', {
            'year': whole('compared.year'),
            'balance': size_in_words('compared.year_balance_busd'),
        }) }} as year_words
    from compared
    inner join sentences
        on
            sentences.topic = 'balance_of_year'
            and sentences.sentence_case = {{ side('compared.year_balance_busd') }}
),

counts as (
    select
        max(month_date) as month_date,
        max(balance_busd) as balance_busd,
        min(year) as first_year,
        count(*) - 1 as years,
        count(case when comparison = 'larger' then 1 end) as larger,
        count(case when comparison = 'same' then 1 end) as same,
        {{ listed('year_words', "', '", 'year') }} as listed_years
    from worded
),

facts as (
    select
        counts.*,
        periods.template as period_words,
        others.template as others_words,
        case
            when counts.years = 0 then 'title'
            when counts.larger = counts.years then 'title_smallest'
            when counts.larger > 0 then 'title_smaller'
            when counts.same > 0 then 'title_no_smaller'
            else 'title_largest'
        end as title_case
    from counts
    inner join sentences as periods
        on
            periods.topic = 'period'
            and periods.sentence_case = case month(counts.month_date)
                when 1 then 'month'
                when 12 then 'year'
                else 'part_year'
            end
    inner join sentences as others
        on
            others.topic = 'years_before'
            and others.sentence_case
            = case counts.years when 1 then 'one' else 'several' end
)

{{ captions(
    'year_to_date',
    {'title': 'facts.title_case', 'alternative_text': "'alternative_text'"},
    {
        'period': 'facts.period_words',
        'others': 'facts.others_words',
        'side': side('facts.balance_busd'),
        'balance': size_in_words('facts.balance_busd'),
        'month': month_words('facts.month_date'),
        'year': whole('year(facts.month_date)'),
        'larger': grouped('facts.larger'),
        'years': grouped('facts.years'),
        'first_year': whole('facts.first_year'),
        'list': 'facts.listed_years',
    }
) }}
