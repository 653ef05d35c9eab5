-- How the numbers were revised after their first print, as far as releases are loaded.
select *
from marts.mart_revision_summary
order by component, flow, horizon;
