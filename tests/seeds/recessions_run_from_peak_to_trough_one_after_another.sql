-- A recession that is still on has no trough yet. Grain of a failure: a row and what is
-- wrong with it.
with recessions as (
    select
        *,
        lag(peak_month) over (order by peak_month) as previous_peak_month,
        lag(coalesce(trough_month, date '9999-12-01')) over (order by peak_month)
            as previous_trough_month
    from {{ ref('recessions') }}
),

judged as (
    select
        case
            when day(peak_month) != 1 or day(trough_month) != 1
                then 'a month is not given by its first day'
            when trough_month <= peak_month then 'the trough is not after the peak'
            when peak_month <= previous_trough_month
                then
                    concat('it begins before the end of that of ', previous_peak_month)
        end as fault,
        peak_month,
        trough_month
    from recessions
)

select *
from judged
where fault is not null
