-- The recessions that fall into the months of the release; the last may still go on.
select
    peak_month,
    trough_month
from marts.dim_recession
where
    peak_month < (select max(dim_month.month_date) from marts.dim_month)
    and (
        trough_month > (select min(dim_month.month_date) from marts.dim_month)
        or trough_month is null
    )
order by peak_month;
