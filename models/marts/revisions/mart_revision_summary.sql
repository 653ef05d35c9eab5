with prints as (
    select
        *,
        {{ month_number('period_start') }} as month_number
    from {{ ref('int_sound_cells') }}
    where print_release_id is not null
),

series as (
    select * from {{ ref('series') }}
),

horizons as (
    select * from {{ ref('revision_horizons') }}
),

-- Which way the month went, by the release itself.
moved as (
    select
        *,
        case
            when
                lag(month_number) over (
                    partition by print_release_id, series_id order by month_number
                ) = month_number - 1
                then
                    sign(
                        published_musd - lag(published_musd) over (
                            partition by print_release_id, series_id
                            order by month_number
                        )
                    )
        end as direction
    from prints
),

compared as (
    select *
    from moved
    where
        print_number <= 3
        or is_current
),

revisions as (
    select
        later.series_id,
        horizons.horizon,
        later.published_musd as value_musd,
        later.published_musd - first_prints.published_musd as revision_musd,
        case
            when later.direction = first_prints.direction then 1
            when later.direction != first_prints.direction then 0
        end as held
    from compared as first_prints
    inner join compared as later
        on
            first_prints.series_id = later.series_id
            and first_prints.period_start = later.period_start
            and first_prints.print_number = 1
            and later.print_number > 1
    inner join horizons
        on
            later.print_number = horizons.later_print
            or (horizons.later_print is null and later.is_current)
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
    avg(
        case
            when revisions.revision_musd > 0 then 1
            when revisions.revision_musd <= 0 then 0
        end
    ) as share_upward,
    avg(revisions.held) as share_direction_held,
    stddev_samp(revisions.revision_musd)
    / nullif(stddev_samp(revisions.value_musd), 0) as noise_ratio
from series
cross join horizons
inner join revisions
    on
        series.series_id = revisions.series_id
        and horizons.horizon = revisions.horizon
group by
    series.component,
    series.flow,
    horizons.horizon,
    series.sort_order,
    horizons.sort_order
order by sort_order
