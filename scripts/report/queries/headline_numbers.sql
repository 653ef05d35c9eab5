-- The three numbers that the news release leads with, and what they did on the month.
with highlights as (
    select *
    from marts.mart_trade_highlights
    where
        release_id = (
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
    subject,
    case
        when subject = 'deficit' and max(value) filter (where measure = 'level') < 0
            then 'Surplus'
        else upper(left(subject, 1)) || substr(subject, 2)
    end as label,
    abs(max(value) filter (where measure = 'level')) as level_busd,
    max(value) filter (where measure = 'change') as change_busd,
    max(value) filter (where measure = 'change_pct') as change_pct,
    max(value) filter (where measure = 'previous_level') as previous_level_busd,
    strftime(max(month_date) - interval 1 month, '%B') as previous_month_words
from highlights
where subject in ('deficit', 'exports', 'imports')
group by subject
order by subject;
