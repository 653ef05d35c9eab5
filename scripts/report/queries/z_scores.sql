-- How far each year's sum of months is from its annual row, in standard deviations of
-- rounding, by year and series.
select
    dim_month.year,
    dim_series.label,
    reconciliation.period_type,
    reconciliation.period_end,
    reconciliation.residual_musd,
    reconciliation.z_score,
    reconciliation.status
from marts.fct_reconciliation as reconciliation
inner join marts.dim_release on reconciliation.release_id = dim_release.release_id
inner join marts.dim_month on reconciliation.period_start = dim_month.month_date
inner join marts.dim_series
    on
        reconciliation.component = dim_series.component
        and reconciliation.flow = dim_series.flow
where
    dim_release.is_latest
    and reconciliation.period_type in ('year', 'part_year')
    and reconciliation.identity_family = 'period'
order by dim_month.year, dim_series.sort_order;
