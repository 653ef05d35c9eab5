with printed_rows as (
    select * from {{ ref('stg_printed_rows') }}
),

releases as (
    select * from {{ ref('int_releases') }}
),

accepted as (
    select distinct
        release_id,
        line_number
    from {{ ref('int_identity_residuals') }}
    where accepted_reason is not null
)

-- What is known now: of each year, what the latest sound release that prints it says,
-- its months and its annual row.
select
    printed_rows.*,
    printed_rows.release_id = max(printed_rows.release_id) over (
        partition by year(printed_rows.period_start)
    ) as is_current,
    accepted.release_id is not null as has_accepted_break
from printed_rows
inner join releases on printed_rows.release_id = releases.release_id
left join accepted
    on
        printed_rows.release_id = accepted.release_id
        and printed_rows.line_number = accepted.line_number
where releases.is_sound
