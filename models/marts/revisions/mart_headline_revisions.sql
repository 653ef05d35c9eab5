with headlines as (
    select * from {{ ref('stg_headlines') }}
),

calendar as (
    select * from {{ ref('release_calendar') }}
),

trade as (
    select * from {{ ref('fct_monthly_trade') }}
    where component = 'total'
),

prints as (
    select
        first_prints.month_date,
        first_prints.release_id,
        calendar.released_on,
        first_prints.deficit_busd as first_print_busd,
        next_prints.deficit_busd as next_print_busd,
        {{ busd('-trade.balance_musd') }} as current_busd,
        trade.release_id as current_release_id,
        next_prints.is_annual_revision
    from headlines as first_prints
    inner join calendar on first_prints.release_id = calendar.release_id
    left join headlines as next_prints
        on
            first_prints.month_date = next_prints.month_date
            and next_prints.print_number = 2
    left join trade on first_prints.month_date = trade.month_date
    where first_prints.print_number = 1
)

select
    month_date,
    release_id,
    released_on,
    first_print_busd,
    next_print_busd,
    current_busd,
    cast(next_print_busd - first_print_busd as decimal(18, 1)) as revision_to_next_busd,
    -- What the first release says itself is no revision of it.
    case
        when current_release_id != release_id
            then cast(current_busd - first_print_busd as decimal(18, 3))
    end as revision_to_current_busd,
    is_annual_revision
from prints
order by month_date
