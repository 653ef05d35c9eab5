-- Grain of a failure: a component with an unknown parent.
select
    'parent_component is no component' as fault,
    parts.component,
    parts.parent_component
from {{ ref('components') }} as parts
left join {{ ref('components') }} as wholes on parts.parent_component = wholes.component
where
    parts.parent_component is not null
    and wholes.component is null
