-- The gate for errors that no identity sees. An older release is left out of the marts
-- instead. All models after int_releases wait, since it reads the same model. Grain of
-- a failure: an implausible number of the latest release.
select
    implausible.release_id,
    implausible.fault
from {{ ref('int_releases') }} as releases
inner join {{ ref('int_implausible_releases') }} as implausible
    on releases.release_id = implausible.release_id
where
    releases.is_latest
    and implausible.is_stopped
