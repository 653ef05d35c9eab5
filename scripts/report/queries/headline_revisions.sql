-- How far the announced deficit can be relied on: its revisions summed up.
select
    horizon,
    observations,
    mean_revision_busd,
    mean_absolute_revision_busd,
    largest_revision_busd,
    largest_month
from marts.mart_headline_revision_summary
order by sort_order;
