-- How good is a first estimate of the deficit? Every one announced since January 2000, in
-- billions of dollars, against the next estimate, the annual revision and the current
-- number. The mean revision is above zero where the deficit grew; mean_absolute ignores
-- the sign. A next estimate that carries an annual revision counts in that row alone.
select
    horizon as revised_to,
    observations as months,
    mean_revision_busd as mean,
    mean_absolute_revision_busd as mean_absolute,
    largest_revision_busd as largest,
    strftime(largest_month, '%Y-%m') as largest_of
from marts.mart_headline_revision_summary
order by sort_order;
