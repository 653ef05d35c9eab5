-- Which release the page shows, and where its text is from.
select
    release_id,
    title,
    units_note,
    file_name,
    sha256,
    line_count,
    cell_count,
    strftime(first_month, '%B %Y') as first_month_words,
    strftime(last_month, '%B %Y') as last_month_words,
    strftime(released_on, '%-d %B %Y') as released_on_words,
    strftime(first_month, '%Y') as first_year
from marts.dim_release
where is_latest;
