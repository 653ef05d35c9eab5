-- Dates and sources are copied from the seed, and the months counted by dbt's own
-- macro. Grain of a failure: a recession as it stands, or as it should.
with expected as (
    select
        peak_month,
        trough_month,
        source,
        {{ dbt.datediff('peak_month', 'trough_month', 'month') }}
            as months_from_peak_to_trough
    from {{ ref('recessions') }}
)

{{ different_rows(ref('dim_recession'), 'expected') }}
