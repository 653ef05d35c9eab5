with printed_rows as (
    select * from {{ ref('stg_printed_rows') }}
),

releases as (
    select * from {{ ref('int_releases') }}
    where is_sound
),

accepted as (
    select distinct
        release_id,
        line_number
    from {{ ref('int_identity_residuals') }}
    where accepted_reason is not null
),

-- A month is a print of its release, and last month's first print one of the release
-- before, unless that is there and says so itself.
prints as (
    select
        printed_rows.*,
        accepted.release_id is not null as has_accepted_break,
        case
            when printed_rows.period_type = 'month' then printed_rows.release_id
            when printed_rows.period_type = 'last_print'
                and remembered.release_id is null
                then {{ year_month('printed_rows.period_start') }}
        end as print_release_id,
        case
            when printed_rows.period_type = 'month' then releases.last_month
            else printed_rows.period_start
        end as print_month
    from printed_rows
    inner join releases on printed_rows.release_id = releases.release_id
    left join releases as remembered
        on printed_rows.period_start = remembered.last_month
    left join accepted
        on
            printed_rows.release_id = accepted.release_id
            and printed_rows.line_number = accepted.line_number
)

-- What is known now: of each year, what the latest sound release that prints it says,
-- its months and its annual row. The first print of a month is that of the release
-- whose last month it is, the second the next one's, and so on, loaded or not.
select
    *,
    case
        when print_release_id is not null
            then {{ month_number('print_month') }} + 1
                - {{ month_number('period_start') }}
    end as print_number,
    period_type != 'last_print'
    and release_id = max(
        case when period_type != 'last_print' then release_id end
    ) over (partition by year(period_start)) as is_current
from prints
