-- The first page of the news release, in its own words, as the marts compute them.
select
    measure,
    sentence
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
    and (
        (
            measure = 'level'
            and subject in (
                'deficit', 'exports', 'imports', 'goods_deficit', 'services_surplus'
            )
        )
        or (
            measure in ('year_to_date', 'three_month_average')
            and subject in ('deficit', 'exports', 'imports')
        )
    )
order by
    list_position(['level', 'three_month_average', 'year_to_date'], measure),
    list_position(
        ['deficit', 'exports', 'imports', 'goods_deficit', 'services_surplus'], subject
    );
