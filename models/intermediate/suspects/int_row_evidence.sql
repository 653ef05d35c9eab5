with residuals as (
    select * from {{ ref('int_identity_residuals') }}
    where is_within_row
),

broken_rows as (
    select
        release_id,
        line_number,
        accepted_reason is not null as is_accepted,
        count(*) as broken_in_row
    from residuals
    where status = 'break'
    group by release_id, line_number, accepted_reason is not null
)

-- A break that was accepted says nothing of those that were not, nor they of it.
select
    broken_rows.release_id || ' ' || cast(broken_rows.line_number as string)
    || case when broken_rows.is_accepted then ' accepted' else '' end as row_id,
    broken_rows.release_id,
    broken_rows.line_number,
    broken_rows.is_accepted,
    residuals.identity_id,
    residuals.rounding_bound_musd,
    case
        when
            residuals.status = 'break'
            and (residuals.accepted_reason is not null) != broken_rows.is_accepted
            then cast(0 as bigint)
        else residuals.residual_musd
    end as residual_musd,
    residuals.status = 'break'
    and (residuals.accepted_reason is not null) = broken_rows.is_accepted as is_broken,
    broken_rows.broken_in_row
from broken_rows
inner join residuals
    on
        broken_rows.release_id = residuals.release_id
        and broken_rows.line_number = residuals.line_number
