-- In which months did exports and imports rise and fall the most? The three sharpest
-- each way, in percent of the month before.
with ranked as (
    select
        flow,
        month_date,
        change_busd,
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
    ranked.flow,
    months.year_month as month,
    ranked.change_busd,
    ranked.change_pct
from ranked
inner join marts.dim_month as months on ranked.month_date = months.month_date
where
    ranked.place_among_rises <= 3
    or ranked.place_among_falls <= 3
order by ranked.flow asc, ranked.place_among_rises asc;
