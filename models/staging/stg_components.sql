select
    component,
    position,
    label,
    parent_component
from {{ ref('components') }}
