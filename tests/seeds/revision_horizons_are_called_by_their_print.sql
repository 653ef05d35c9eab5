-- Grain of a failure: a row and what is wrong with it.
with horizons as (
    select
        *,
        concat('1 to ', coalesce(cast(later_print as string), 'latest')) as called
    from {{ ref('revision_horizons') }}
),

judged as (
    select
        case
            when horizon != called then 'the name says another print than later_print'
            when later_print <= 1 then 'a revision is to a later print than the first'
        end as fault,
        horizon,
        later_print
    from horizons
)

select *
from judged
where fault is not null
