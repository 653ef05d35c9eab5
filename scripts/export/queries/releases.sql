-- The loaded releases. The day is the date in exported files: the date of writing would
-- change their bytes.
select
    release_id,
    title,
    units_note,
    sha256,
    last_month,
    released_on,
    coalesce(released_on, last_month) as day,
    is_latest
from marts.dim_release
order by release_id;
