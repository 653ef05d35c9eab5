-- The deficit of each month as it was announced first, and as it is known now.
select
    month_date,
    first_deficit_busd,
    current_deficit_busd,
    revision_to_current_busd as revision_busd
from marts.mart_headline_revisions
where current_deficit_busd is not null
order by month_date;
