-- How the year's deficit so far compares with those of the same months before.
with latest as (
    select
        year,
        month_number,
        if(month_number = 1, '', 'January to ') || month_name || ' ' || year
            as months_words
    from marts.dim_month
    where is_latest
),

deficits as (
    select
        dim_month.year,
        latest.year as latest_year,
        latest.months_words,
        -indicators.year_to_date_musd as deficit_musd,
        cast(round(abs(deficit_musd) * 0.001, 1) as decimal(18, 1)) as size_busd
    from marts.mart_trade_indicators as indicators
    inner join marts.dim_month on indicators.month_date = dim_month.month_date
    inner join latest on dim_month.month_number = latest.month_number
    where
        indicators.component = 'total'
        and indicators.flow = 'balance'
        and indicators.year_to_date_musd is not null
        and dim_month.year between latest.year - 5 and latest.year
),

this_year as (
    select * from deficits
    where year = latest_year
),

facts as (
    select
        any_value(this_year) as latest,
        count(*) filter (where deficits.year < deficits.latest_year) as years_before,
        count(*) filter (where deficits.deficit_musd > this_year.deficit_musd)
            as larger_years,
        string_agg(
            deficits.year || ': $' || deficits.size_busd || ' billion'
            || if(deficits.deficit_musd < 0, ' (surplus)', ''), ', '
            order by deficits.year
        ) as years_words
    from deficits
    cross join this_year
)

select
    'The ' || if(latest.deficit_musd < 0, 'surplus', 'deficit') || ' of '
    || latest.months_words || ' was $' || latest.size_busd || ' billion, '
    || case
        when larger_years = 0 then 'larger than in any'
        when larger_years = years_before then 'smaller than in all'
        else 'smaller than in ' || ['one', 'two', 'three', 'four'][larger_years]
    end
    || ' of the ' || ['one', 'two', 'three', 'four', 'five'][years_before]
    || ' years before' as title,
    'Bars for exports, imports and the deficit of the same months of each year. The'
    || ' deficit, ' || years_words || '.' as alternative_text
from facts;
