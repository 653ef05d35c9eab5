-- The first page of the news release, in its own words, as the marts compute them.
select
    highlights.measure,
    highlights.sentence
from marts.mart_trade_highlights as highlights
inner join marts.dim_release
    on
        highlights.release_id = dim_release.release_id
        and highlights.month_date = dim_release.last_month
where
    dim_release.is_latest
    and highlights.measure in ('level', 'three_month_average', 'year_to_date')
    and (
        highlights.subject in ('deficit', 'exports', 'imports')
        or (
            highlights.subject in ('goods_deficit', 'services_surplus')
            and highlights.measure = 'level'
        )
    )
order by highlights.sort_order;
