with cells as (
    select * from {{ ref('int_cells') }}
),

wrong as (
    select * from {{ ref('int_wrong_cells') }}
),

unexplained_cells as (
    select * from {{ ref('int_unexplained_cells') }}
),

unexplained_sums as (
    select * from {{ ref('int_unexplained_sums') }}
),

members as (
    select * from {{ ref('int_sum_members') }}
    where is_broken
),

errors as (
    select
        release_id,
        line_number,
        is_accepted,
        series_id,
        error_low_musd,
        error_high_musd,
        is_ambiguous
    from wrong
    union all
    select
        release_id,
        line_number,
        is_accepted,
        series_id,
        null as error_low_musd,
        null as error_high_musd,
        true as is_ambiguous
    from unexplained_cells
    union all
    select
        members.release_id,
        members.line_number,
        members.is_accepted,
        members.series_id,
        max(
            case
                when members.coefficient = 1 then sums.low_musd else -sums.high_musd
            end
        ) as error_low_musd,
        min(
            case
                when members.coefficient = 1 then sums.high_musd else -sums.low_musd
            end
        ) as error_high_musd,
        true as is_ambiguous
    from unexplained_sums as sums
    inner join members
        on
            sums.release_id = members.sum_release_id
            and sums.line_number = members.sum_line_number
            and sums.is_accepted = members.is_accepted
            and sums.series_id = members.series_id
    where
        not exists (
            select 1
            from wrong
            where
                members.release_id = wrong.release_id
                and members.line_number = wrong.line_number
                and members.series_id = wrong.series_id
                and members.is_accepted = wrong.is_accepted
        )
    group by
        members.release_id,
        members.line_number,
        members.is_accepted,
        members.series_id
),

-- A cell that both an accepted break and another speak against is one that is not
-- accepted.
ranked as (
    select
        *,
        min(case when is_accepted then 1 else 0 end) over (
            partition by release_id, line_number, series_id
        ) as least_accepted
    from errors
)

select
    cells.*,
    ranked.is_accepted,
    ranked.error_low_musd,
    ranked.error_high_musd,
    ranked.is_ambiguous
from ranked
inner join cells
    on
        ranked.release_id = cells.release_id
        and ranked.line_number = cells.line_number
        and ranked.series_id = cells.series_id
where case when ranked.is_accepted then 1 else 0 end = ranked.least_accepted
