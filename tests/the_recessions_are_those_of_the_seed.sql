-- Dates and sources are copied from the seed, and the months counted from one to the
-- other. Grain of a failure: a recession as it stands, or as it should.
with expected as (
    select
        peak_month,
        trough_month,
        source,
        12 * (year(trough_month) - year(peak_month))
        + month(trough_month) - month(peak_month) as months_from_peak_to_trough
    from {{ ref('recessions') }}
)

{{ different_rows(ref('dim_recession'), 'expected') }}
