-- The twenty numbers that the latest release changed most.
select
    dim_series.title as series,
    changes.month_date,
    changes.previous_musd,
    changes.value_musd,
    changes.revision_musd
from marts.mart_release_changes as changes
inner join marts.dim_release on changes.release_id = dim_release.release_id
inner join marts.dim_series on changes.series_id = dim_series.series_id
where dim_release.is_latest
order by
    abs(changes.revision_musd) desc,
    changes.month_date desc,
    dim_series.sort_order asc
limit 20;
