select
    identity_id,
    identity_family,
    series_id,
    coefficient
from {{ ref('identities') }}
