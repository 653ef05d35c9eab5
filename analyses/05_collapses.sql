-- How deep were the collapses of trade, and how long did the recovery take? A row for
-- each time that exports or imports fell by more than a fifth from their highest month
-- so far: the peak, the fall from it to the trough, and the months until the peak was
-- passed or, where it was not, until the latest month. The dollars are nominal, so
-- falling prices are part of the fall.
select
    strftime(record_high_month, '%Y-%m') as peak,
    flow,
    min(from_record_high_pct) as peak_to_trough_pct,
    count(*) as months,
    max(month_date) < (
        select max(latest.month_date) from marts.mart_trade_records as latest
    ) as is_recovered
from marts.mart_trade_records
where
    component = 'total'
    and flow in ('exports', 'imports')
group by record_high_month, flow
having min(from_record_high_pct) < -20
order by peak, flow;
