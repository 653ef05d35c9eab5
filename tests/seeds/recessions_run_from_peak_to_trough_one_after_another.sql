-- A recession that is still on has no trough yet. Grain of a failure: a row and what is
-- wrong with it.
with recessions as (
    select
        *,
        lag(peak_month) over (order by peak_month) as previous_peak_month,
        lag(coalesce(trough_month, date '9999-12-01')) over (order by peak_month)
            as previous_trough_month
    from {{ ref('recessions') }}
)

select
    'the trough is not after the peak' as fault,
    peak_month,
    trough_month
from recessions
where trough_month <= peak_month
union all
select
    'it begins before the end of the one of ' || previous_peak_month as fault,
    peak_month,
    trough_month
from recessions
where peak_month <= previous_trough_month
union all
select
    'a month is not given by its first day' as fault,
    peak_month,
    trough_month
from recessions
where
    day(peak_month) != 1
    or day(trough_month) != 1
