-- Every print of a month beside the one before it in the order of the releases, where
-- the model joins two releases. A month is usually revised where a release of a
-- reference month since the one before goes back so far; those months are counted out
-- on the calendar. Units: millions. Grain of a failure: a release, month and series as
-- it stands, or as it should.
with releases as (
    select
        release_id,
        last_month,
        lag(release_id) over (order by release_id) as previous_release_id,
        lag(last_month) over (order by release_id) as previous_last_month
    from {{ ref('dim_release') }}
    where is_sound
),

prints as (
    select
        vintages.release_id,
        vintages.month_date,
        series.series_id,
        case series.flow
            when 'exports' then vintages.exports_musd
            when 'imports' then vintages.imports_musd
            when 'balance' then vintages.balance_musd
        end as value_musd
    from {{ ref('fct_monthly_trade_vintages') }} as vintages
    inner join {{ ref('dim_series') }} as series
        on vintages.component = series.component
    where vintages.reported_in = vintages.release_id
),

-- Every month in which a release may have come out.
months as (
    select month_date from {{ ref('dim_month') }}
    union
    select cast(release_id || '-01' as date) as month_date
    from {{ ref('release_calendar') }}
),


beside as (
    select
        *,
        lag(release_id) over prints_of_month as previous_release_id,
        lag(value_musd) over prints_of_month as previous_musd
    from prints
    window
        prints_of_month as (
            partition by month_date, series_id order by release_id
        )
),

-- The furthest back that each release goes, by itself or by one that came out between
-- it and the one before.
reach as (
    select
        releases.release_id,
        min(
            {{ month_number('months.month_date') }} - spans.months_back
        ) as first_usual_month
    from releases
    inner join months
        on
            releases.previous_last_month < months.month_date
            and releases.last_month >= months.month_date
    left join {{ ref('revision_spans') }} as spans
        on month(months.month_date) = spans.reference_month
    group by releases.release_id
),

expected as (
    select
        beside.release_id,
        beside.month_date,
        beside.series_id,
        beside.previous_release_id,
        beside.previous_musd,
        beside.value_musd,
        beside.value_musd - beside.previous_musd as revision_musd,
        {{ month_number('beside.month_date') }} >= reach.first_usual_month as is_usual
    from beside
    inner join releases
        on
            beside.release_id = releases.release_id
            and beside.previous_release_id = releases.previous_release_id
    left join reach on beside.release_id = reach.release_id
    where beside.value_musd != beside.previous_musd
)

{{ different_rows(ref('mart_release_changes'), 'expected') }}
