-- The verdicts counted. Grain: kind, error. Variable: certain_from.
select
    kind,
    if(
        is_small,
        'below ' || getvariable('certain_from'),
        getvariable('certain_from') || ' or more'
    ) as error,
    count(*) as tried,
    count(*) filter (where is_detected) as detected,
    count(*) filter (where is_located) as located,
    count(*) filter (where is_ambiguous) as ambiguous,
    count(*) filter (where is_repaired) as repaired,
    count(*) filter (where is_wrong) as wrong
from verdicts
group by kind, is_single, is_small
order by is_single desc, is_small asc, kind asc
