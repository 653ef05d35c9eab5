{{ config(materialized = "view") }}

with identities as (
    select * from {{ ref('identities') }}
),

-- Cells come from the row, from the months it covers and from the release before. They
-- are no common table, which DuckDB would fill for each use of this view.
taken as (
    select
        cells.release_id,
        cells.line_number,
        cells.period_type,
        cells.period_start,
        cells.period_end,
        cast(null as string) as compared_release_id,
        identities.identity_id,
        identities.coefficient,
        cells.release_id as cell_release_id,
        cells.line_number as cell_line_number,
        cells.series_id,
        cells.published_musd
    from {{ ref('int_cells') }} as cells
    inner join identities
        on
            cells.series_id = identities.series_id
            and identities.taken_from = 'row'
    where
        case identities.identity_family
            when 'period'
                then cells.period_type in ('year', 'part_year', 'year_to_date')
            when 'previously_published'
                then cells.period_type = 'as_previously_published'
            else true
        end
    union all
    select
        years.release_id,
        years.line_number,
        years.period_type,
        years.period_start,
        years.period_end,
        cast(null as string) as compared_release_id,
        identities.identity_id,
        identities.coefficient,
        months.release_id as cell_release_id,
        months.line_number as cell_line_number,
        months.series_id,
        months.published_musd
    from {{ ref('int_cells') }} as years
    inner join identities
        on
            years.series_id = identities.series_id
            and identities.taken_from = 'months'
    inner join {{ ref('int_cells') }} as months
        on
            years.release_id = months.release_id
            and years.series_id = months.series_id
            -- Without it each year would meet every month of its release.
            and year(years.period_start) = year(months.period_start)
            and months.period_start between years.period_start and years.period_end
    where
        years.period_type in ('year', 'part_year', 'year_to_date')
        and months.period_type = 'month'
    union all
    select
        repeated.release_id,
        repeated.line_number,
        repeated.period_type,
        repeated.period_start,
        repeated.period_end,
        printed.release_id as compared_release_id,
        identities.identity_id,
        identities.coefficient,
        printed.release_id as cell_release_id,
        printed.line_number as cell_line_number,
        printed.series_id,
        printed.published_musd
    from {{ ref('int_cells') }} as repeated
    inner join identities
        on
            repeated.series_id = identities.series_id
            and identities.taken_from = 'release_before'
    inner join {{ ref('stg_releases') }} as releases
        on repeated.period_start = releases.last_month
    inner join {{ ref('int_cells') }} as printed
        on
            releases.release_id = printed.release_id
            and repeated.series_id = printed.series_id
            and repeated.period_start = printed.period_start
    where
        repeated.period_type = 'as_previously_published'
        and printed.period_type = 'month'
)

select
    *,
    coefficient * published_musd as signed_musd
from taken
