-- How far each year's sum of months is from its annual row, in standard deviations of
-- rounding, by year and series.
select
    cast(year(reconciliation.period_start) as integer) as year,
    upper(left(reconciliation.flow, 1)) || substr(reconciliation.flow, 2) || ', '
    || reconciliation.component as series_words,
    list_position(['balance', 'exports', 'imports'], reconciliation.flow) * 10
    + list_position(['total', 'goods', 'services'], reconciliation.component)
        as position,
    reconciliation.residual_musd,
    round(reconciliation.z_score, 2) as z_score,
    if(reconciliation.status = 'unlikely', 1, 0) as is_unlikely,
    case
        when month(reconciliation.period_end) < 12
            then
                strftime(reconciliation.period_start, '%B to ')
                || strftime(reconciliation.period_end, '%B %Y')
        else strftime(reconciliation.period_start, '%Y')
    end as period_words
from marts.fct_reconciliation as reconciliation
inner join marts.dim_release on reconciliation.release_id = dim_release.release_id
where
    dim_release.is_latest
    and reconciliation.identity_family = 'period'
order by year, position;
