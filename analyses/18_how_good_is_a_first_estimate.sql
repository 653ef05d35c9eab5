-- How good is a first estimate of the deficit? This compares every one announced since
-- January 2000 with later estimates, in billions of dollars. The mean revision is above
-- zero where the deficit grew; mean_absolute ignores the sign. A next estimate that
-- carries an annual revision counts as an annual revision alone.
select
    horizon as revised_to,
    observations as months,
    mean_revision_busd as mean,
    mean_absolute_revision_busd as mean_absolute,
    largest_revision_busd as largest,
    strftime(largest_month, '%Y-%m') as largest_of
from marts.mart_headline_revision_summary
order by sort_order;
