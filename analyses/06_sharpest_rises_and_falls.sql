-- In which months did exports and imports rise and fall the most? The three sharpest
-- each way, in percent of the month before.
with ranked as (
    select
        flow,
        month_date,
        change_musd,
        change_pct,
        row_number() over (partition by flow order by change_pct desc)
            as place_among_rises,
        row_number() over (partition by flow order by change_pct asc)
            as place_among_falls
    from marts.mart_trade_indicators
    where
        component = 'total'
        and flow in ('exports', 'imports')
        and change_pct is not null
)

select
    flow,
    strftime(month_date, '%Y-%m') as month,
    round(change_musd * 0.001, 1) as change_busd,
    round(change_pct, 1) as change_pct
from ranked
where
    place_among_rises <= 3
    or place_among_falls <= 3
order by flow asc, place_among_rises asc;
