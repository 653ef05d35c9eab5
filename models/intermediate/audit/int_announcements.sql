with headlines as (
    select * from {{ ref('stg_headlines') }}
),

first_estimates as (
    select * from headlines
    where estimate_number = 1
),

-- The mean absolute revision from the agency's first estimate to its next.
next_revisions as (
    select
        avg(abs(next_estimates.deficit_busd - first_estimates.deficit_busd))
            as mean_busd
    from first_estimates
    inner join headlines as next_estimates
        on
            first_estimates.month_date = next_estimates.month_date
            and next_estimates.estimate_number = 2
),

-- Every release, valid or not.
printed_rows as (
    select * from {{ ref('stg_printed_rows') }}
    where period_type = 'month'
),

compared as (
    select
        printed_rows.release_id,
        first_estimates.month_date,
        {{ ratio('(-printed_rows.balance_total)', '1000', 1) }} as printed_busd,
        coalesce(own.deficit_busd, first_estimates.deficit_busd) as announced_busd,
        own.release_id is not null as is_announced_with_it,
        first_estimates.month_date
        = max(first_estimates.month_date) over (partition by printed_rows.release_id)
            as is_last
    from printed_rows
    inner join first_estimates on printed_rows.period_start = first_estimates.month_date
    left join headlines as own
        on
            printed_rows.release_id = own.release_id
            and printed_rows.period_start = own.month_date
)

-- By February 2024 the largest revision of 289 announced months was that of September
-- 2001: 11.5 billion, 19 times the mean revision to the next estimate. In proportion it
-- was the largest too: the revised deficit was 1.6 times the announced one.
select
    compared.release_id,
    compared.month_date,
    compared.printed_busd,
    compared.announced_busd,
    compared.is_announced_with_it,
    compared.is_last,
    cast(20 * next_revisions.mean_busd as decimal(18, 1)) as bound_busd,
    abs(compared.printed_busd - compared.announced_busd) > 20 * next_revisions.mean_busd
        as is_far,
    compared.printed_busd not between
    least(compared.announced_busd / 2, compared.announced_busd * 2)
    and greatest(compared.announced_busd / 2, compared.announced_busd * 2)
        as is_multiple
from compared
cross join next_revisions
