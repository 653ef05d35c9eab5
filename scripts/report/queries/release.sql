-- Which release the page shows, where its text is from, and what it changed.
select
    dim_release.release_id,
    dim_release.title,
    dim_release.units_note,
    dim_release.file_name,
    dim_release.sha256,
    dim_release.line_count,
    dim_release.cell_count,
    dim_release.first_month,
    dim_release.last_month,
    dim_release.released_on,
    summary.sentence as changed,
    summary.previous_release_id,
    previous.last_month as previous_last_month
from marts.dim_release
inner join marts.mart_release_summary as summary
    on dim_release.release_id = summary.release_id
left join marts.dim_release as previous
    on summary.previous_release_id = previous.release_id
where dim_release.is_latest;
