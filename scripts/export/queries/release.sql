-- The latest release. The day is the date in exported files: the date of writing would
-- change their bytes.
select
    release_id,
    title,
    units_note,
    sha256,
    released_on,
    coalesce(released_on, last_month) as day
from marts.dim_release
where is_latest;
