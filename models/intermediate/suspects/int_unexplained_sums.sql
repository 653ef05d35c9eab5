with sums as (
    select * from {{ ref('int_wider_sums') }}
    where is_broken
),

members as (
    select * from {{ ref('int_sum_members') }}
    where is_broken
),

wrong as (
    select
        release_id,
        line_number,
        is_accepted,
        series_id,
        error_low_musd,
        error_high_musd,
        is_ambiguous
    from {{ ref('int_wrong_cells') }}
    union all
    select
        release_id,
        line_number,
        is_accepted,
        series_id,
        0 as error_low_musd,
        0 as error_high_musd,
        true as is_ambiguous
    from {{ ref('int_unexplained_cells') }}
),

-- What the wrong cells of a sum put it off by.
explained as (
    select
        members.sum_release_id,
        members.sum_line_number,
        members.is_accepted,
        members.series_id,
        sum(
            case
                when members.coefficient = 1 then wrong.error_low_musd
                else -wrong.error_high_musd
            end
        ) as low_musd,
        sum(
            case
                when members.coefficient = 1 then wrong.error_high_musd
                else -wrong.error_low_musd
            end
        ) as high_musd,
        max(case when wrong.is_ambiguous then 1 else 0 end) as ambiguous
    from members
    inner join wrong
        on
            members.release_id = wrong.release_id
            and members.line_number = wrong.line_number
            and members.is_accepted = wrong.is_accepted
            and members.series_id = wrong.series_id
    group by
        members.sum_release_id,
        members.sum_line_number,
        members.is_accepted,
        members.series_id
),

remainders as (
    select
        sums.release_id,
        sums.line_number,
        sums.is_accepted,
        sums.series_id,
        sums.low_musd - coalesce(explained.high_musd, 0) as low_musd,
        sums.high_musd - coalesce(explained.low_musd, 0) as high_musd
    from sums
    left join explained
        on
            sums.release_id = explained.sum_release_id
            and sums.line_number = explained.sum_line_number
            and sums.is_accepted = explained.is_accepted
            and sums.series_id = explained.series_id
    -- A cell that is ambiguous may explain the sum, and is listed anyway.
    where coalesce(explained.ambiguous, 0) = 0
)

select *
from remainders
where
    low_musd > 0
    or high_musd < 0
