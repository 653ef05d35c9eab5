-- The latest average of three months, beside that of a month and of a year before.
select
    indicators.month_date,
    highlights.sentence,
    indicators.three_month_average_busd as average_busd,
    cast(
        (
            indicators.three_month_average_musd
            - indicators.three_month_average_change_musd
        ) / 1000 as decimal(18, 6)
    ) as month_before_busd,
    cast(
        (
            indicators.three_month_average_musd
            - indicators.three_month_average_change_from_year_ago_musd
        ) / 1000 as decimal(18, 6)
    ) as year_before_busd
from marts.mart_trade_indicators as indicators
inner join marts.dim_release
    on
        indicators.month_date = dim_release.last_month
        and dim_release.is_latest
left join marts.mart_trade_highlights as highlights
    on
        dim_release.release_id = highlights.release_id
        and dim_release.last_month = highlights.month_date
        and highlights.subject = 'deficit'
        and highlights.measure = 'three_month_average'
where
    indicators.component = 'total'
    and indicators.flow = 'balance';
