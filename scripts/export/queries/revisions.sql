-- The deficit of each month as it was announced, and as the loaded releases have it.
select
    month_date as month,
    released_on as announced_on,
    first_deficit_busd as first_deficit,
    next_deficit_busd as a_month_later,
    current_deficit_busd as as_loaded_now,
    revision_to_next_busd as revision_in_a_month,
    revision_to_current_busd as revision_to_now
from marts.mart_headline_revisions
order by month_date;
