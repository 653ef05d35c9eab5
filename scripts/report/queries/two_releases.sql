-- What the latest release prints of goods and services together beside what the one
-- before it printed: the last year, and what was revised in the last five.
with revised as (
    select
        release_id,
        min(month_date) as first_month
    from marts.mart_release_changes
    group by release_id
)

select
    now.month_date,
    before.exports_musd as exports_before_musd,
    now.exports_musd,
    before.imports_musd as imports_before_musd,
    now.imports_musd,
    before.balance_musd as balance_before_musd,
    now.balance_musd,
    sum(if(dim_series.flow = 'exports', changes.revision_musd, 0))
        as exports_revision_musd,
    sum(if(dim_series.flow = 'imports', changes.revision_musd, 0))
        as imports_revision_musd,
    sum(if(dim_series.flow = 'balance', changes.revision_musd, 0))
        as balance_revision_musd
from marts.dim_release
left join revised on dim_release.release_id = revised.release_id
inner join marts.fct_monthly_trade_vintages as now
    on
        dim_release.release_id = now.release_id
        and now.component = 'total'
inner join marts.fct_monthly_trade_vintages as before
    on
        dim_release.previous_release_id = before.release_id
        and now.month_date = before.month_date
        and now.component = before.component
inner join marts.dim_series on now.component = dim_series.component
left join marts.mart_release_changes as changes
    on
        now.release_id = changes.release_id
        and now.month_date = changes.month_date
        and dim_series.series_id = changes.series_id
where
    dim_release.is_latest
    and now.month_date > dim_release.last_month - interval 60 month
    and (
        now.month_date >= revised.first_month
        or now.month_date > dim_release.last_month - interval 13 month
    )
group by all
order by now.month_date;
