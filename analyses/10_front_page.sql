-- What does the first page of the latest release say? Its sentences on the month, on
-- the three-month averages and on the year to date.
select highlights.sentence
from marts.mart_trade_highlights as highlights
inner join marts.dim_release as releases
    on
        highlights.release_id = releases.release_id
        and highlights.month_date = releases.last_month
where
    releases.is_latest
    and (
        (
            highlights.subject in ('deficit', 'exports', 'imports')
            and highlights.measure in ('level', 'three_month_average', 'year_to_date')
        )
        or (
            highlights.subject in ('goods_deficit', 'services_surplus')
            and highlights.measure = 'level'
        )
    )
order by highlights.measure, highlights.sort_order;
