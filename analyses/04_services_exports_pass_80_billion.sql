-- In which month did exports of services first pass 80 billion dollars, and since when
-- have they stayed above?
with months as (
    select
        dim_month.year_month,
        wide.exports_services_busd
    from marts.mart_trade_wide as wide
    inner join marts.dim_month on wide.month_date = dim_month.month_date
)

select
    min(above.year_month) as first_passed,
    (
        select min(months.year_month)
        from months
        where
            months.year_month > (
                select max(below.year_month)
                from months as below
                where below.exports_services_busd <= 80
            )
    ) as above_ever_since
from months as above
where above.exports_services_busd > 80;
