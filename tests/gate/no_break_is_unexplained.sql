-- The gate. An identity that misses zero by more than rounding can explain means that a
-- number of the release is wrong. Where the latest release has one that
-- known_discrepancies does not accept, it stops here, before any mart; an older release
-- is left out of the marts. It reads int_releases alone, so that whatever descends from
-- it waits. Grain of a failure: a release.
select
    release_id,
    breaks,
    accepted_breaks
from {{ ref('int_releases') }}
where
    is_latest
    and breaks > accepted_breaks
