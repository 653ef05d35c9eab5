-- How deep were the collapses of trade in 2008-09 and in 2020, from peak to trough, and
-- how long did the recovery take? Peak and trough are the highest and then the lowest
-- month of the years named; recovered is the first month back at the peak. In nominal
-- dollars, so that falling prices are a part of it.
with episodes as (
    select episodes.*
    from (
        values
        ('2008-09', date '2008-01-01', date '2009-12-01'),
        ('2020', date '2020-01-01', date '2020-12-01')
    ) as episodes (episode, first_month, last_month)
),

months as (
    select
        month_date,
        flow,
        value_musd
    from marts.mart_trade_indicators
    where
        component = 'total'
        and flow in ('exports', 'imports')
),

troughs as (
    select
        episodes.episode,
        episodes.first_month,
        months.flow,
        min(months.value_musd) as trough_musd,
        arg_min(months.month_date, months.value_musd) as trough
    from episodes
    inner join months
        on months.month_date between episodes.first_month and episodes.last_month
    group by episodes.episode, episodes.first_month, months.flow
),

peaks as (
    select
        troughs.episode,
        troughs.flow,
        troughs.trough,
        troughs.trough_musd,
        max(months.value_musd) as peak_musd,
        arg_max(months.month_date, months.value_musd) as peak
    from troughs
    inner join months
        on
            troughs.flow = months.flow
            and months.month_date between troughs.first_month and troughs.trough
    group by troughs.episode, troughs.flow, troughs.trough, troughs.trough_musd
),

recoveries as (
    select
        peaks.episode,
        peaks.flow,
        min(months.month_date) as recovered
    from peaks
    inner join months
        on
            peaks.flow = months.flow
            and peaks.trough < months.month_date
            and peaks.peak_musd <= months.value_musd
    group by peaks.episode, peaks.flow
)

select
    peaks.episode,
    peaks.flow,
    strftime(peaks.peak, '%Y-%m') as peak,
    strftime(peaks.trough, '%Y-%m') as trough,
    round(100 * (peaks.trough_musd - peaks.peak_musd) / peaks.peak_musd, 1)
        as peak_to_trough_pct,
    strftime(recoveries.recovered, '%Y-%m') as recovered,
    datediff('month', peaks.trough, recoveries.recovered) as months_from_trough,
    datediff('month', peaks.peak, recoveries.recovered) as months_from_peak
from peaks
left join recoveries
    on
        peaks.episode = recoveries.episode
        and peaks.flow = recoveries.flow
order by peaks.episode, peaks.flow;
