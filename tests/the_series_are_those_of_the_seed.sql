-- The nine series, copied from the seed. Grain of a failure: a series as it stands, or
-- as it should.
with expected as (
    select
        series_id,
        flow,
        component,
        title,
        label,
        fred_series_id,
        sort_order
    from {{ ref('series') }}
)

{{ different_rows(ref('dim_series'), 'expected') }}
