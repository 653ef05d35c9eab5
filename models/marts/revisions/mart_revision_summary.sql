with estimates as (
    select
        *,
        {{ month_number('period_start') }} as month_number
    from {{ ref('int_valid_cells') }}
    where estimate_release_id is not null
),

-- The direction of the month's change, within one release.
moved as (
    select
        *,
        case
            when lag(month_number) over in_turn = month_number - 1
                then sign(published_musd - lag(published_musd) over in_turn)
        end as direction
    from estimates
    window in_turn as (
        partition by estimate_release_id, series_id order by month_number
    )
),

-- One of the twelve releases after the first estimate is for April and has the annual
-- revision.
later_estimates as (
    select
        *,
        case
            when estimate_release_id like '%-04' then 'annual revision'
            when estimate_number = 2 then 'next estimate'
            when estimate_number = 3 then 'third estimate'
        end as horizon
    from moved
    where estimate_number between 2 and 13
    union all
    select
        *,
        'current' as horizon
    from moved
    where
        is_current
        and estimate_number > 1
),

revisions as (
    select
        later.series_id,
        later.horizon,
        later.published_musd as value_musd,
        later.published_musd - first_estimates.published_musd as revision_musd,
        case
            when later.direction = first_estimates.direction then 1
            when later.direction != first_estimates.direction then 0
        end as kept_direction
    from moved as first_estimates
    inner join later_estimates as later
        on
            first_estimates.series_id = later.series_id
            and first_estimates.period_start = later.period_start
            and first_estimates.estimate_number = 1
)

select
    series.component,
    series.flow,
    horizons.horizon,
    10 * series.sort_order + horizons.sort_order as sort_order,
    count(revisions.revision_musd) as observations,
    avg(revisions.revision_musd) as mean_revision_musd,
    avg(abs(revisions.revision_musd)) as mean_absolute_revision_musd,
    sqrt(avg(power(revisions.revision_musd, 2)))
        as root_mean_square_revision_musd,
    stddev_samp(revisions.revision_musd) as standard_deviation_musd,
    min(revisions.revision_musd) as smallest_revision_musd,
    max(revisions.revision_musd) as largest_revision_musd,
    cast(sum(abs(revisions.revision_musd)) as double)
    / nullif(sum(abs(revisions.value_musd)), 0) as relative_mean_absolute_revision,
    avg(case when revisions.revision_musd > 0 then 1 else 0 end) as share_upward,
    avg(revisions.kept_direction) as share_direction_held,
    stddev_samp(revisions.revision_musd)
    / nullif(stddev_samp(revisions.value_musd), 0) as noise_ratio
from revisions
inner join {{ ref('series') }} as series on revisions.series_id = series.series_id
inner join {{ ref('revision_horizons') }} as horizons
    on revisions.horizon = horizons.horizon
group by
    series.component,
    series.flow,
    horizons.horizon,
    series.sort_order,
    horizons.sort_order
order by sort_order
