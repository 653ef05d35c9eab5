-- How good is a first estimate of the deficit? Each one that was announced since
-- January 2000, against the next estimate, that of an ordinary release or that of the
-- annual revision, and against the current number: in billions of dollars the mean
-- revision (above zero where the deficit grew), the mean without signs, and the
-- largest.
select
    horizon as revised_to,
    observations as months,
    mean_revision_busd as mean,
    mean_absolute_revision_busd as mean_absolute,
    largest_revision_busd as largest,
    strftime(largest_month, '%Y-%m') as largest_of
from marts.mart_headline_revision_summary
order by sort_order;
