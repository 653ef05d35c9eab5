with components as (
    select * from {{ ref('components') }}
),

parents as (
    select distinct parent_component
    from components
    where parent_component is not null
)

select
    components.component,
    components.label,
    components.parent_component,
    components.sort_order,
    parents.parent_component is null as is_leaf
from components
left join parents on components.component = parents.parent_component
order by components.sort_order
