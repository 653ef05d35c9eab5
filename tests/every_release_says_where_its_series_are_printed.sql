-- A series without its column would take its suspects away in silence. In a text the nine
-- stand behind the label, in the order of the release. Grain of a failure: a release and
-- series as it stands, or as it should.
with found as (
    select
        release_id,
        series_id,
        column_number,
        sheet_column is not null as has_sheet_column
    from {{ ref('release_columns') }}
),

expected as (
    select
        releases.release_id,
        series.series_id,
        series.sort_order + 1 as column_number,
        releases.source_format = 'workbook' as has_sheet_column
    from {{ ref('stg_releases') }} as releases
    cross join {{ ref('series') }} as series
)

{{ different_rows('found', 'expected') }}
