-- The loaded releases, in the order of their months.
select
    release_id,
    title,
    sha256
from marts.dim_release
order by release_id;
