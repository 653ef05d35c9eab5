with releases as (
    select * from {{ ref('int_releases') }}
    where is_valid
),

accepted as (
    select distinct
        release_id,
        line_number
    from {{ ref('int_identity_residuals') }}
    where accepted_reason is not null
),

-- A month is an estimate of its release. The month before, as previously published, is
-- an estimate of the release before if that one is not loaded.
estimates as (
    select
        printed_rows.*,
        accepted.release_id is not null as has_known_discrepancy,
        case
            when printed_rows.period_type = 'month' then printed_rows.release_id
            when printed_rows.period_type = 'as_previously_published'
                and loaded.release_id is null
                then {{ year_month('printed_rows.period_start') }}
        end as estimate_release_id,
        case
            when printed_rows.period_type = 'month' then releases.last_month
            else printed_rows.period_start
        end as estimate_month
    from {{ ref('stg_printed_rows') }} as printed_rows
    inner join releases on printed_rows.release_id = releases.release_id
    left join releases as loaded
        on printed_rows.period_start = loaded.last_month
    left join accepted
        on
            printed_rows.release_id = accepted.release_id
            and printed_rows.line_number = accepted.line_number
)

-- The latest valid release that covers a year has its current rows, months and annual
-- row. Estimate 1 of a month is from the release whose last month it is, estimate 2
-- from the next release, and so on, loaded or not.
select
    *,
    case
        when estimate_release_id is not null
            then {{ month_number('estimate_month') }} + 1
                - {{ month_number('period_start') }}
    end as estimate_number,
    period_type != 'as_previously_published'
    and release_id = max(
        case when period_type != 'as_previously_published' then release_id end
    ) over (partition by year(period_start)) as is_current
from estimates
