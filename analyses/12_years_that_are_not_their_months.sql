-- Which years differ from the sum of their months by more than rounding explains? In
-- millions of dollars: each residual of more than three standard deviations (z_score).
-- Those within rounding_bound_musd are no errors: in those years the months were
-- seasonally adjusted without being forced to add up to the year.
select
    months.year,
    series.title,
    reconciliation.residual_musd,
    reconciliation.rounding_bound_musd,
    reconciliation.z_score
from marts.fct_reconciliation as reconciliation
inner join marts.dim_release as releases
    on reconciliation.release_id = releases.release_id
inner join marts.dim_month as months
    on reconciliation.period_start = months.month_date
inner join marts.dim_series as series
    on
        reconciliation.component = series.component
        and reconciliation.flow = series.flow
where
    releases.is_latest
    and reconciliation.identity_family = 'period'
    and reconciliation.status in ('unlikely', 'failed')
order by months.year desc, series.sort_order asc;
