-- Every reference month has a span, or its releases would never be warned about. The
-- rule: about a year in December and January, about half a year in July and October,
-- everything in April (annual revision), else the month before. Grain of a failure: a
-- missing month, or a row and what is wrong with it.
with months as (
    select *
    from (
        values
        (1, 13), (2, 1), (3, 1), (4, 999), (5, 1), (6, 1),
        (7, 7), (8, 1), (9, 1), (10, 7), (11, 1), (12, 13)
    ) as calendar (reference_month, usual_months)
),

judged as (
    select
        case
            when spans.reference_month is null and spans.months_back is null
                then 'the month is missing'
            when months.reference_month is null then 'reference_month is not 1 to 12'
            when coalesce(spans.months_back != months.usual_months, true)
                then concat('the usual span is ', months.usual_months)
        end as fault,
        coalesce(spans.reference_month, months.reference_month) as reference_month,
        spans.months_back
    from months
    full join {{ ref('revision_spans') }} as spans
        on months.reference_month = spans.reference_month
)

select *
from judged
where fault is not null
