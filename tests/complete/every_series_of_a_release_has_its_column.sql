-- A series without its column would silently lose its suspects. Each of the nine has a
-- column of its own after the label; only a sheet's column has a letter.
-- Grain of a failure: a release and series.
with printed as (
    select
        releases.release_id,
        releases.source_format,
        series.series_id
    from {{ ref('stg_releases') }} as releases
    cross join {{ ref('series') }} as series
),

columns_of_series as (
    select
        *,
        count(*) over (partition by release_id, column_number) as series_in_column
    from {{ ref('release_columns') }}
)

select
    printed.*,
    columns_of_series.column_number,
    columns_of_series.sheet_column
from printed
left join columns_of_series
    on
        printed.release_id = columns_of_series.release_id
        and printed.series_id = columns_of_series.series_id
where
    columns_of_series.column_number is null
    or columns_of_series.column_number < 2
    or columns_of_series.series_in_column > 1
    or (columns_of_series.sheet_column is null) = (printed.source_format = 'workbook')
