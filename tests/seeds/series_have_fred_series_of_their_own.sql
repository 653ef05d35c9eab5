-- Grain of a failure: a series that shares its name in FRED with another.
with series as (
    select
        *,
        count(*) over (partition by fred_series_id) as series_of_that_name
    from {{ ref('series') }}
)

select
    'fred_series_id is that of another series too' as fault,
    series_id,
    fred_series_id
from series
where series_of_that_name > 1
