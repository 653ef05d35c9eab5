-- Without its month's span, a release is never said to revise out of season. Grain of a
-- failure: a month that is missing, or a row and what is wrong with it.
with spans as (
    select * from {{ ref('revision_spans') }}
),

months as (
    select calendar.reference_month
    from (
        values (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12)
    ) as calendar (reference_month)
)

select
    'the month is missing' as fault,
    months.reference_month,
    null as months_back
from months
left join spans on months.reference_month = spans.reference_month
where spans.reference_month is null
union all
select
    'reference_month is not 1 to 12' as fault,
    reference_month,
    months_back
from spans
where coalesce(reference_month, 0) not between 1 and 12
union all
select
    'months_back is negative' as fault,
    reference_month,
    months_back
from spans
where months_back < 0
