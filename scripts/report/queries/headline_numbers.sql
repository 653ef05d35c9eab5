-- The three numbers that the news release leads with, and what they did on the month.
select
    highlights.subject,
    labels.sentence as label,
    highlights.value as level_busd,
    changes.sentence as change
from marts.mart_trade_highlights as highlights
inner join marts.dim_release
    on
        highlights.release_id = dim_release.release_id
        and highlights.month_date = dim_release.last_month
inner join marts.mart_captions as labels
    on
        highlights.subject = labels.part
        and labels.picture = 'card'
left join marts.mart_captions as changes
    on
        highlights.subject = changes.part
        and changes.picture = 'card_change'
where
    dim_release.is_latest
    and highlights.measure = 'level'
order by highlights.sort_order;
