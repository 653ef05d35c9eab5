-- What does the first page of the latest release say? The sentences in the order of the
-- news release: the month, what lay behind it, the year to date, three-month averages.
with latest as (
    select
        release_id,
        last_month
    from marts.dim_release
    where is_latest
),

page as (
    select page.*
    from (
        values
        ('deficit', 'level'),
        ('exports', 'level'),
        ('imports', 'level'),
        ('goods_deficit', 'level'),
        ('services_surplus', 'level'),
        ('deficit', 'year_to_date'),
        ('exports', 'year_to_date'),
        ('imports', 'year_to_date'),
        ('deficit', 'three_month_average'),
        ('exports', 'three_month_average'),
        ('imports', 'three_month_average'),
        ('deficit', 'three_month_average_change_from_year_ago'),
        ('exports', 'three_month_average_change_from_year_ago'),
        ('imports', 'three_month_average_change_from_year_ago')
    ) as page (subject, measure)
)

select highlights.sentence
from latest
inner join marts.mart_trade_highlights as highlights
    on
        latest.release_id = highlights.release_id
        and latest.last_month = highlights.month_date
inner join page
    on
        highlights.subject = page.subject
        and highlights.measure = page.measure
order by
    highlights.measure = 'level' desc,
    highlights.measure = 'year_to_date' desc,
    highlights.measure = 'three_month_average' desc,
    array_position(
        ['deficit', 'exports', 'imports', 'goods_deficit', 'services_surplus'],
        highlights.subject
    );
