-- Which release the page shows, and where its text is from.
select
    release_id,
    title,
    units_note,
    file_name,
    sha256,
    line_count,
    cell_count,
    first_month,
    last_month,
    released_on
from marts.dim_release
where is_latest;
