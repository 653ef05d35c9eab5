with components as (
    select * from {{ ref('components') }}
)

select
    component,
    label,
    parent_component,
    sort_order,
    not exists (
        select 1 from components as parts
        where parts.parent_component = components.component
    ) as is_leaf
from components
order by sort_order
