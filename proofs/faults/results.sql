-- The verdicts counted. Grain: kind, is_small.
select
    kind,
    is_single,
    is_small,
    count(*) as tried,
    count(*) filter (where is_detected) as detected,
    count(*) filter (where is_located) as located,
    count(*) filter (where is_ambiguous) as ambiguous,
    count(*) filter (where is_repaired) as repaired,
    count(*) filter (where is_wrong) as wrong
from verdicts
group by kind, is_single, is_small
order by is_single desc, is_small asc, kind asc
