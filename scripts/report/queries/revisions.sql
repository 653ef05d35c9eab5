-- How the numbers were revised after their first print, as far as releases are loaded.
select * exclude (sort_order)
from marts.mart_revision_summary
order by sort_order;
