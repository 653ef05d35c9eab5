with trade as (
    select * from {{ ref('int_sound_trade') }}
    where period_type = 'month'
),

releases as (
    select * from {{ ref('int_releases') }}
),

-- The first print of a month is that of the release whose last month it is, the second
-- the next one's, and so on, whether or not it is loaded.
prints as (
    select
        trade.*,
        trade.period_start as month_date,
        releases.released_on,
        {{ month_number('releases.last_month') }}
        - {{ month_number('trade.period_start') }} + 1 as print_number
    from trade
    inner join releases on trade.release_id = releases.release_id
)

select
    prints.release_id,
    prints.month_date,
    prints.component,
    prints.line_number,
    cast(prints.print_number as integer) as print_number,
    prints.exports_musd,
    prints.imports_musd,
    prints.balance_musd,
    prints.exports_musd - previous.exports_musd as exports_revision_from_previous_musd,
    prints.imports_musd - previous.imports_musd as imports_revision_from_previous_musd,
    prints.balance_musd - previous.balance_musd as balance_revision_from_previous_musd,
    prints.exports_musd - first_prints.exports_musd as exports_revision_from_first_musd,
    prints.imports_musd - first_prints.imports_musd as imports_revision_from_first_musd,
    prints.balance_musd - first_prints.balance_musd as balance_revision_from_first_musd,
    prints.released_on,
    prints.is_revised,
    prints.print_number = 1 as is_first_print,
    prints.is_current,
    prints.has_accepted_break
from prints
left join prints as previous
    on
        prints.month_date = previous.month_date
        and prints.component = previous.component
        and prints.print_number = previous.print_number + 1
left join prints as first_prints
    on
        prints.month_date = first_prints.month_date
        and prints.component = first_prints.component
        and first_prints.print_number = 1
order by prints.release_id, prints.month_date, prints.component
