with prints as (
    select * from {{ ref('int_sound_trade') }}
    where print_release_id is not null
),

calendar as (
    select * from {{ ref('release_calendar') }}
)

select
    prints.print_release_id as release_id,
    prints.period_start as month_date,
    prints.component,
    prints.release_id as reported_in,
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
    calendar.released_on,
    prints.is_revised,
    prints.print_number = 1 as is_first_print,
    prints.is_current,
    prints.has_accepted_break
from prints
left join calendar on prints.print_release_id = calendar.release_id
left join prints as previous
    on
        prints.period_start = previous.period_start
        and prints.component = previous.component
        and prints.print_number = previous.print_number + 1
left join prints as first_prints
    on
        prints.period_start = first_prints.period_start
        and prints.component = first_prints.component
        and first_prints.print_number = 1
order by prints.print_release_id, prints.period_start, prints.component
