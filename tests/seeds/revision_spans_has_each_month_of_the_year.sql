-- A release revises as far back as its month says: about a year in December and
-- January, about half a year in July and October, everything in April (the annual
-- revision), else the month before. Grain of a failure: a month, and both spans.
select
    coalesce(spans.reference_month, months.reference_month) as reference_month,
    spans.months_back,
    months.usual_months
from {{ ref('revision_spans') }} as spans
full join (
    values
    (1, 13), (2, 1), (3, 1), (4, 999), (5, 1), (6, 1),
    (7, 7), (8, 1), (9, 1), (10, 7), (11, 1), (12, 13)
) as months (reference_month, usual_months)
    on spans.reference_month = months.reference_month
where coalesce(spans.months_back != months.usual_months, true)
