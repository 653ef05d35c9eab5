-- What does the first page of the latest release say? Its sentences: the month and what
-- lay behind it, the three-month averages, the year to date.
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
            and highlights.measure in (
                'level', 'three_month_average',
                'three_month_average_change_from_year_ago', 'year_to_date'
            )
        )
        or (
            highlights.subject in ('goods_deficit', 'services_surplus')
            and highlights.measure = 'level'
        )
    )
order by highlights.measure, highlights.sort_order;
