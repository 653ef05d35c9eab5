with headlines as (
    select * from {{ ref('stg_headlines') }}
),

trade as (
    select * from {{ ref('fct_monthly_trade') }}
    where component = 'total'
),

estimates as (
    select
        first_estimates.month_date,
        first_estimates.release_id,
        calendar.released_on,
        first_estimates.deficit_busd as first_deficit_busd,
        next_estimates.deficit_busd as next_deficit_busd,
        {{ busd('-trade.balance_musd') }} as current_deficit_busd,
        trade.release_id as current_release_id,
        next_estimates.is_annual_revision
    from headlines as first_estimates
    inner join {{ ref('release_calendar') }} as calendar
        on first_estimates.release_id = calendar.release_id
    left join headlines as next_estimates
        on
            first_estimates.month_date = next_estimates.month_date
            and next_estimates.estimate_number = 2
    left join trade on first_estimates.month_date = trade.month_date
    where first_estimates.estimate_number = 1
)

select
    month_date,
    release_id,
    released_on,
    first_deficit_busd,
    next_deficit_busd,
    current_deficit_busd,
    cast(next_deficit_busd - first_deficit_busd as decimal(18, 1))
        as revision_to_next_busd,
    -- The first estimate is not a revision of itself.
    case
        when current_release_id != release_id
            then cast(current_deficit_busd - first_deficit_busd as decimal(18, 3))
    end as revision_to_current_busd,
    is_annual_revision
from estimates
order by month_date
