-- Names and order are copied from the seed; a leaf is what no component has as its
-- parent. Grain of a failure: a component as it stands, or as it should.
with components as (
    select * from {{ ref('components') }}
),

expected as (
    select
        components.component,
        components.label,
        components.parent_component,
        components.sort_order,
        not exists (
            select 1
            from {{ ref('components') }} as parts
            where parts.parent_component = components.component
        ) as is_leaf
    from components
)

{{ different_rows(ref('dim_component'), 'expected') }}
