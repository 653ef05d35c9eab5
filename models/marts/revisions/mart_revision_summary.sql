with series as (
    select * from {{ ref('stg_series') }}
),

releases as (
    select
        releases.release_id,
        releases.last_month as reference_month,
        gate.is_latest
    from {{ ref('stg_releases') }} as releases
    inner join {{ ref('int_release_gate') }} as gate
        on releases.release_id = gate.release_id
),

prints as (
    select
        transforms.release_id,
        transforms.month_date,
        transforms.component,
        transforms.flow,
        transforms.value_musd,
        transforms.value_musd - transforms.month_ago_musd as change_musd,
        releases.is_latest,
        datediff('month', transforms.month_date, releases.reference_month) + 1
            as print_of_month
    from {{ ref('int_series_transforms') }} as transforms
    inner join releases on transforms.release_id = releases.release_id
),

-- A month is printed first by the release that ends with it, then by that of the next
-- month, and so on: the print of a release that was not loaded is not there to count.
horizons (horizon, later_print) as (
    values
    ('1 to 2', 2),
    ('1 to 3', 3),
    ('1 to latest', null)
),

first_prints as (
    select *
    from prints
    where print_of_month = 1
),

revisions as (
    select
        later.component,
        later.flow,
        horizons.horizon,
        later.value_musd,
        later.value_musd - first_prints.value_musd as revision_musd,
        sign(later.change_musd) = sign(first_prints.change_musd) as is_direction_held
    from first_prints
    inner join prints as later
        on
            first_prints.month_date = later.month_date
            and first_prints.component = later.component
            and first_prints.flow = later.flow
            and later.print_of_month > 1
    inner join horizons
        on
            later.print_of_month = horizons.later_print
            or (horizons.later_print is null and later.is_latest)
)

select
    series.component,
    series.flow,
    horizons.horizon,
    count(revisions.revision_musd) as observations,
    avg(revisions.revision_musd) as mean_revision_musd,
    avg(abs(revisions.revision_musd)) as mean_absolute_revision_musd,
    sqrt(avg(revisions.revision_musd ** 2)) as root_mean_square_revision_musd,
    stddev_samp(revisions.revision_musd) as standard_deviation_musd,
    min(revisions.revision_musd) as smallest_revision_musd,
    max(revisions.revision_musd) as largest_revision_musd,
    sum(abs(revisions.revision_musd)) / nullif(sum(abs(revisions.value_musd)), 0)
        as relative_mean_absolute_revision,
    avg(cast(revisions.revision_musd > 0 as integer)) as share_upward,
    avg(cast(revisions.is_direction_held as integer)) as share_direction_held,
    stddev_samp(revisions.revision_musd) / nullif(stddev_samp(revisions.value_musd), 0)
        as noise_ratio
from series
cross join horizons
left join revisions
    on
        series.component = revisions.component
        and series.flow = revisions.flow
        and horizons.horizon = revisions.horizon
group by series.component, series.flow, horizons.horizon, series.position
order by series.position, horizons.horizon
