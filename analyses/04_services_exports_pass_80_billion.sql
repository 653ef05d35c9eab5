-- In which month did exports of services first pass 80 billion dollars, and since when
-- have they stayed above?
with months as (
    select
        month_date,
        exports_services_musd > 80000 as is_above,
        exports_services_musd
    from marts.mart_trade_wide
),

last_below as (
    select max(month_date) as month_date
    from months
    where not is_above
)

select
    strftime(min(months.month_date), '%Y-%m') as first_passed,
    round(arg_min(months.exports_services_musd, months.month_date) * 0.001, 1)
        as exports_of_services_busd,
    strftime(
        min(months.month_date) filter (where months.month_date > last_below.month_date),
        '%Y-%m'
    ) as above_ever_since
from months
cross join last_below
where months.is_above;
