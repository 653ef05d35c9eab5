-- The seed read from top to bottom: what follows a row is the next release, if it is of
-- the next month. What is known now is what stands side by side. Grain of a failure: a
-- month as it stands, or as it should.
with pages as (
    select
        headlines.*,
        calendar.released_on,
        12 * cast(substr(headlines.release_id, 1, 4) as integer)
        + cast(substr(headlines.release_id, 6, 2) as integer) as month_number
    from {{ ref('headline_deficits') }} as headlines
    left join {{ ref('release_calendar') }} as calendar
        on headlines.release_id = calendar.release_id
),

in_order as (
    select
        *,
        lead(previous_month_deficit_busd) over pages_by_month as next_print_busd,
        lead(is_annual_revision) over pages_by_month as is_next_annual,
        coalesce(
            lead(month_number) over pages_by_month = month_number + 1, false
        ) as is_followed
    from pages
    window pages_by_month as (order by month_number)
),

expected as (
    select
        in_order.release_id || '-01' as month_date,
        in_order.release_id,
        in_order.released_on,
        in_order.deficit_busd as first_print_busd,
        case when in_order.is_followed then in_order.next_print_busd end
            as next_print_busd,
        -wide.balance_total_busd as current_busd,
        case when in_order.is_followed then in_order.is_next_annual end
            as is_annual_revision
    from in_order
    left join {{ ref('mart_trade_wide') }} as wide
        on in_order.release_id || '-01' = cast(wide.month_date as string)
),

revised as (
    select
        month_date,
        release_id,
        released_on,
        first_print_busd,
        next_print_busd,
        current_busd,
        next_print_busd - first_print_busd as revision_to_next_busd,
        current_busd - first_print_busd as revision_to_current_busd,
        is_annual_revision
    from expected
),

found as (
    select
        cast(month_date as string) as month_date,
        release_id,
        released_on,
        first_print_busd,
        next_print_busd,
        current_busd,
        revision_to_next_busd,
        revision_to_current_busd,
        is_annual_revision
    from {{ ref('mart_headline_revisions') }}
)

{{ different_rows('found', 'revised') }}
