-- Releases revise numbers and never drop months: lost months would silently leave the
-- marts. Exhibit 1 begins two years before its reference year, a history where earlier
-- histories began. Grain of a failure: a month of the release before.
with releases as (
    select
        release_id,
        previous_release_id,
        case
            when release_table = 'exhibit_1'
                then make_date(year(last_month) - 2, 1, 1)
            else date '0001-01-01'
        end as begins
    from {{ ref('int_releases') }}
    where is_latest
),

months as (
    select
        release_id,
        period_start
    from {{ ref('stg_printed_rows') }}
    where period_type = 'month'
)

select
    releases.release_id,
    releases.previous_release_id,
    earlier.period_start as lost_month
from releases
inner join months as earlier
    on
        releases.previous_release_id = earlier.release_id
        and releases.begins <= earlier.period_start
left join months as later
    on
        releases.release_id = later.release_id
        and earlier.period_start = later.period_start
where later.period_start is null
