-- What the average of three months did, on the month and on the year.
with averages as (
    select
        max(value) filter (where measure = 'three_month_average') as average_busd,
        max(value) filter (where measure = 'three_month_average_change') as change_busd,
        max(value) filter (where measure = 'three_month_average_change_from_year_ago')
            as change_from_year_ago_busd,
        max(sentence) filter (where measure = 'three_month_average') as sentence,
        strftime(max(month_date), '%B %Y') as month_words
    from marts.mart_trade_highlights
    where
        subject = 'deficit'
        and release_id = (
            select dim_release.release_id
            from marts.dim_release
            where dim_release.is_latest
        )
        and month_date = (
            select dim_month.month_date
            from marts.dim_month
            where dim_month.is_latest
        )
)

select
    'The three-month average ' || if(average_busd < 0, 'surplus', 'deficit')
    || ' was $' || abs(average_busd) || ' billion in ' || month_words
    || case
        when average_busd < 0 then ''
        else
            ', ' || if(change_busd < 0, 'down $', 'up $') || abs(change_busd)
            || ' billion on the month and '
            || if(change_from_year_ago_busd < 0, 'down $', 'up $')
            || abs(change_from_year_ago_busd) || ' billion on the year'
    end as title,
    'Dots for the balance of each month, and a line for the average of three months. '
    || sentence as alternative_text
from averages;
