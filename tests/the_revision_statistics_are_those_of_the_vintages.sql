-- The standard statistics, by the engine's own functions, of the revisions that stand
-- in the vintages; a direction is held where a month's change has the sign that it
-- first had, as far as the month before it was printed with it. Units: millions, to
-- six decimals, and shares. Grain of a failure: a component, flow and horizon as it
-- stands, or as it should.
with all_prints as (
    select * from {{ ref('fct_monthly_trade_vintages') }}
),

horizons as (
    select * from {{ ref('revision_horizons') }}
),

-- What the horizons look at, each with the month before it: all else is passed over.
vintages as (
    select all_prints.*
    from all_prints
    where
        all_prints.print_number <= 1 + (select max(horizons.later_print) from horizons)
        or all_prints.release_id in (
            select current_prints.release_id
            from all_prints as current_prints
            where current_prints.is_current
        )
),

prints as (
    select
        vintages.release_id,
        vintages.month_date,
        vintages.component,
        series.flow,
        vintages.print_number,
        vintages.is_current,
        case series.flow
            when 'exports' then vintages.exports_musd
            when 'imports' then vintages.imports_musd
            when 'balance' then vintages.balance_musd
        end as value_musd,
        case series.flow
            when 'exports' then vintages.exports_revision_from_first_musd
            when 'imports' then vintages.imports_revision_from_first_musd
            when 'balance' then vintages.balance_revision_from_first_musd
        end as revision_musd
    from vintages
    inner join {{ ref('dim_series') }} as series
        on vintages.component = series.component
),

directions as (
    select
        *,
        case
            when
                lag({{ month_number('month_date') }}) over release_in_order
                = {{ month_number('month_date') }} - 1
                then sign(value_musd - lag(value_musd) over release_in_order)
        end as direction
    from prints
    window
        release_in_order as (
            partition by release_id, component, flow order by month_date
        )
),

firsts as (
    select
        *,
        first_value(direction) over (
            partition by month_date, component, flow order by print_number
        ) as first_direction
    from directions
    where revision_musd is not null
),

revisions as (
    select
        firsts.*,
        horizons.horizon,
        firsts.direction = firsts.first_direction as held
    from firsts
    inner join horizons
        on
            firsts.print_number = horizons.later_print
            or (horizons.later_print is null and firsts.is_current)
    where firsts.print_number > 1
),

statistics as (
    select
        component,
        flow,
        horizon,
        count(*) as observations,
        avg(revision_musd) as mean,
        avg(abs(revision_musd)) as mean_absolute,
        avg(cast(revision_musd as bigint) * revision_musd) as mean_square,
        stddev_samp(revision_musd) as deviation,
        min(revision_musd) as smallest,
        max(revision_musd) as largest,
        sum(abs(revision_musd)) as movement,
        sum(abs(value_musd)) as size,
        sum(case when revision_musd > 0 then 1 else 0 end) as upward,
        avg(case when held then 1 when not held then 0 end) as held,
        stddev_samp(value_musd) as deviation_of_values
    from revisions
    group by component, flow, horizon
),

expected as (
    select
        series.component,
        series.flow,
        horizons.horizon,
        10 * series.sort_order + horizons.sort_order as sort_order,
        coalesce(statistics.observations, 0) as observations,
        round(statistics.mean, 6) as mean_revision_musd,
        round(statistics.mean_absolute, 6) as mean_absolute_revision_musd,
        round(sqrt(statistics.mean_square), 6) as root_mean_square_revision_musd,
        round(statistics.deviation, 6) as standard_deviation_musd,
        statistics.smallest,
        statistics.largest,
        round(cast(statistics.movement as double) / nullif(statistics.size, 0), 6)
            as relative_mean_absolute_revision,
        round(cast(statistics.upward as double) / statistics.observations, 6)
            as share_upward,
        round(statistics.held, 6) as share_direction_held,
        round(statistics.deviation / nullif(statistics.deviation_of_values, 0), 6)
            as noise_ratio
    from {{ ref('dim_series') }} as series
    cross join horizons
    left join statistics
        on
            series.component = statistics.component
            and series.flow = statistics.flow
            and horizons.horizon = statistics.horizon
),

found as (
    select
        component,
        flow,
        horizon,
        sort_order,
        observations,
        round(mean_revision_musd, 6) as mean_revision_musd,
        round(mean_absolute_revision_musd, 6) as mean_absolute_revision_musd,
        round(root_mean_square_revision_musd, 6) as root_mean_square_revision_musd,
        round(standard_deviation_musd, 6) as standard_deviation_musd,
        smallest_revision_musd,
        largest_revision_musd,
        round(relative_mean_absolute_revision, 6) as relative_mean_absolute_revision,
        round(share_upward, 6) as share_upward,
        round(share_direction_held, 6) as share_direction_held,
        round(noise_ratio, 6) as noise_ratio
    from {{ ref('mart_revision_summary') }}
)

{{ different_rows('found', 'expected') }}
