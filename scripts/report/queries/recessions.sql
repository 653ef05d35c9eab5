-- The recessions that fall into the months of the release.
with span as (
    select
        min(month_date) as first_month,
        max(month_date) as last_month
    from marts.dim_month
)

select
    greatest(dim_recession.peak_month, span.first_month) as peak_month,
    coalesce(least(dim_recession.trough_month, span.last_month), span.last_month)
        as trough_month
from marts.dim_recession
cross join span
where
    dim_recession.peak_month < span.last_month
    and coalesce(dim_recession.trough_month, span.last_month) > span.first_month
order by peak_month;
