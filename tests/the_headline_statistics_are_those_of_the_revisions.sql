-- Each mean multiplied back, and no revision further from zero than the one that is
-- named, nor as far and of a later month. Units: billions. Grain of a failure: a
-- horizon.
with headlines as (
    select * from {{ ref('mart_headline_revisions') }}
),

revisions as (
    select
        headlines.month_date,
        horizons.horizon,
        horizons.sort_order,
        case
            when horizons.is_annual is null then headlines.revision_to_current_busd
            when horizons.is_annual = headlines.is_annual_revision
                then headlines.revision_to_next_busd
        end as revision_busd
    from headlines
    cross join (
        values
        ('next release', 1, false), ('annual revision', 2, true), ('current', 3, null)
    ) as horizons (horizon, sort_order, is_annual)
),

statistics as (
    select
        horizon,
        sort_order,
        count(*) as observations,
        cast(1000 * sum(revision_busd) as bigint) as sum_musd,
        cast(1000 * sum(abs(revision_busd)) as bigint) as movement_musd,
        max(abs(revision_busd)) as largest_busd
    from revisions
    where revision_busd is not null
    group by horizon, sort_order
),

largest as (
    select
        statistics.horizon,
        max(revisions.month_date) as month_date
    from statistics
    inner join revisions
        on
            statistics.horizon = revisions.horizon
            and statistics.largest_busd = abs(revisions.revision_busd)
    group by statistics.horizon
),

expected as (
    select
        statistics.*,
        revisions.revision_busd,
        revisions.month_date
    from statistics
    inner join largest on statistics.horizon = largest.horizon
    inner join revisions
        on
            largest.horizon = revisions.horizon
            and largest.month_date = revisions.month_date
)

select
    expected.*,
    found.*
from expected
full join {{ ref('mart_headline_revision_summary') }} as found
    on expected.horizon = found.horizon
where
    expected.horizon is null
    or found.horizon is null
    or found.sort_order is distinct from expected.sort_order
    or found.observations is distinct from expected.observations
    or not {{ is_ratio(
        'found.mean_revision_busd',
        'expected.sum_musd',
        '(1000 * expected.observations)',
        3
    ) }}
    or not {{ is_ratio(
        'found.mean_absolute_revision_busd',
        'expected.movement_musd',
        '(1000 * expected.observations)',
        3
    ) }}
    or found.largest_revision_busd is distinct from expected.revision_busd
    or found.largest_month is distinct from expected.month_date
