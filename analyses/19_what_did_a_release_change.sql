-- What did each release change? A sentence a release, against the one before it among
-- those that are loaded: how many numbers, of which months, the largest, and whether a
-- release of its month revises so far as a routine. The committed release stands alone.
select
    release_id,
    sentence
from marts.dim_release
order by release_id;
