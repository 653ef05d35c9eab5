-- depends_on: {{ ref('int_release_gate') }}
with components as (
    select * from {{ ref('stg_components') }}
)

select
    component,
    label,
    parent_component,
    component not in (
        select parents.parent_component
        from components as parents
        where parents.parent_component is not null
    ) as is_leaf
from components
order by position
