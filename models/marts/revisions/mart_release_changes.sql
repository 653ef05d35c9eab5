with cells as (
    select * from {{ ref('int_valid_cells') }}
    where period_type = 'month'
),

releases as (
    select
        releases.release_id,
        releases.previous_release_id,
        {{ month_number('releases.last_month') }} as last_month,
        {{ month_number('previous.last_month') }} as previous_last_month
    from {{ ref('int_releases') }} as releases
    inner join {{ ref('int_releases') }} as previous
        on releases.previous_release_id = previous.release_id
),

-- Releases between the two compared, loaded or not, revised spans of their own. For
-- each month of the year, the first of them reaches furthest back.
reference_months as (
    select
        releases.*,
        spans.months_back,
        releases.previous_last_month + 1 + cast(
            mod(
                12 + spans.reference_month - mod(releases.previous_last_month + 1, 12),
                12
            )
            as integer
        ) as reference_month
    from releases
    cross join {{ ref('revision_spans') }} as spans
),

routine as (
    select
        release_id,
        previous_release_id,
        min(reference_month - months_back) as routine_from
    from reference_months
    where reference_month <= last_month
    group by release_id, previous_release_id
)

select
    routine.release_id,
    later.period_start as month_date,
    later.series_id,
    routine.previous_release_id,
    earlier.published_musd as previous_musd,
    later.published_musd as value_musd,
    later.published_musd - earlier.published_musd as revision_musd,
    {{ month_number('later.period_start') }} >= routine.routine_from as is_routine
from routine
inner join cells as later on routine.release_id = later.release_id
inner join cells as earlier
    on
        routine.previous_release_id = earlier.release_id
        and later.period_start = earlier.period_start
        and later.series_id = earlier.series_id
where later.published_musd != earlier.published_musd
order by routine.release_id, later.period_start, later.series_id
