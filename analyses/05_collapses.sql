-- How deep were the collapses of trade, and how long did the recovery take? Wherever
-- exports or imports fell by more than a fifth from their highest month so far: that
-- peak, the fall to the trough, and the months from the peak until it was passed. In
-- nominal dollars, so that falling prices are a part of it.
select
    record_high_month as peak,
    flow,
    min(from_record_high_pct) as peak_to_trough_pct,
    count(*) as months_until_passed
from marts.mart_trade_records
where
    component = 'total'
    and flow in ('exports', 'imports')
group by record_high_month, flow
having min(from_record_high_pct) < -20
order by peak, flow;
