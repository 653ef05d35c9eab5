-- The deficit of each month as it was announced first, and its current estimate.
select
    month_date,
    unnest(['first', 'current']) as series_id,
    unnest([first_deficit_busd, current_deficit_busd]) as level
from marts.mart_headline_revisions
where current_deficit_busd is not null
order by series_id desc, month_date asc;
