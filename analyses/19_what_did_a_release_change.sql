-- What did each release change? One sentence for each release, which compares it with
-- the loaded release before it. Needs two releases: make fetch SINCE=2023-12 gets more.
select
    release_id,
    sentence
from marts.dim_release
order by release_id;
