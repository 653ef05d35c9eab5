-- The three numbers that the news release leads with, and those of the month before.
select
    levels.subject,
    levels.value as level_busd,
    levels.exact_value as exact_busd,
    previous.exact_value as before_busd,
    changes.value as change_pct,
    monthname(levels.month_date - interval 1 month) as month_before
from marts.mart_trade_highlights as levels
inner join marts.dim_release
    on
        levels.release_id = dim_release.release_id
        and levels.month_date = dim_release.last_month
left join marts.mart_trade_highlights as previous
    on
        levels.release_id = previous.release_id
        and levels.month_date = previous.month_date
        and levels.subject = previous.subject
        and previous.measure = 'previous_level'
left join marts.mart_trade_highlights as changes
    on
        levels.release_id = changes.release_id
        and levels.month_date = changes.month_date
        and levels.subject = changes.subject
        and changes.measure = 'change_pct'
where
    dim_release.is_latest
    and levels.measure = 'level'
    and levels.subject in ('deficit', 'exports', 'imports')
order by levels.sort_order;
