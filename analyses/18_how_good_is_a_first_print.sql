-- How good is a first print of the deficit? Each one that was announced since January
-- 2000, against what the next news release made of it, an ordinary one or one with the
-- annual revision, and against what is known now: in billions of dollars the mean
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
