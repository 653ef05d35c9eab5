-- The gate for what no identity sees. An older release is left out of the marts.
-- Whatever descends from int_releases descends from what this reads, and waits. Grain
-- of a failure: what the latest release prints that cannot be.
select
    implausible.release_id,
    implausible.fault
from {{ ref('int_releases') }} as releases
inner join {{ ref('int_implausible_releases') }} as implausible
    on releases.release_id = implausible.release_id
where
    releases.is_latest
    and implausible.is_stopped
