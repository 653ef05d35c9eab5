with estimates as (
    select * from {{ ref('int_valid_trade') }}
    where estimate_release_id is not null
)

select
    estimates.estimate_release_id as release_id,
    estimates.period_start as month_date,
    estimates.component,
    estimates.release_id as source_release_id,
    estimates.line_number,
    cast(estimates.estimate_number as integer) as estimate_number,
    estimates.exports_musd,
    estimates.imports_musd,
    estimates.balance_musd,
    estimates.exports_musd - previous.exports_musd
        as exports_revision_from_previous_musd,
    estimates.imports_musd - previous.imports_musd
        as imports_revision_from_previous_musd,
    estimates.balance_musd - previous.balance_musd
        as balance_revision_from_previous_musd,
    estimates.exports_musd - first_estimates.exports_musd
        as exports_revision_from_first_musd,
    estimates.imports_musd - first_estimates.imports_musd
        as imports_revision_from_first_musd,
    estimates.balance_musd - first_estimates.balance_musd
        as balance_revision_from_first_musd,
    calendar.released_on,
    estimates.is_revised,
    estimates.estimate_number = 1 as is_first_estimate,
    estimates.is_current,
    estimates.has_known_discrepancy
from estimates
left join {{ ref('release_calendar') }} as calendar
    on estimates.estimate_release_id = calendar.release_id
left join estimates as previous
    on
        estimates.period_start = previous.period_start
        and estimates.component = previous.component
        and estimates.estimate_number = previous.estimate_number + 1
left join estimates as first_estimates
    on
        estimates.period_start = first_estimates.period_start
        and estimates.component = first_estimates.component
        and first_estimates.estimate_number = 1
order by estimates.estimate_release_id, estimates.period_start, estimates.component
