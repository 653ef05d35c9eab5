-- Which years differ from the sum of their months by more than rounding would have it?
-- In millions of dollars. Within the bound, but by more than three standard deviations:
-- the months were seasonally adjusted without being forced to the year.
select
    year(reconciliation.period_start) as year,
    reconciliation.component,
    reconciliation.flow,
    reconciliation.residual_musd,
    reconciliation.rounding_bound_musd,
    round(reconciliation.z_score, 1) as standard_deviations
from marts.fct_reconciliation as reconciliation
inner join marts.dim_release as releases
    on reconciliation.release_id = releases.release_id
where
    releases.is_latest
    and reconciliation.identity_family = 'period'
    and reconciliation.status in ('unlikely', 'break')
order by reconciliation.period_start, reconciliation.component, reconciliation.flow;
