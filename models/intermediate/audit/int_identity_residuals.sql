-- A line has one period, so the period needs no grouping. A release that is not loaded
-- cannot be compared with.
with sums as (
    select
        release_id,
        line_number,
        identity_id,
        max(period_type) as period_type,
        max(period_start) as period_start,
        max(period_end) as period_end,
        max(compared_release_id) as compared_release_id,
        cast(count(*) as integer) as terms,
        cast(sum(signed_musd) as bigint) as residual_musd
    from {{ ref('int_identity_terms') }}
    group by release_id, line_number, identity_id
),

measured as (
    select
        *,
        {{ rounding_bound('terms') }} as rounding_bound_musd,
        -- A number repeated has no rounding error.
        case
            when compared_release_id is null
                then {{ rounding_z('residual_musd', 'terms') }}
        end as z_score
    from sums
    where
        terms > 1
        or period_type != 'as_previously_published'
),

kinds as (
    select distinct
        identities.identity_id,
        identities.identity_family,
        identities.component,
        identities.flow,
        families.is_within_row
    from {{ ref('identities') }} as identities
    inner join {{ ref('identity_families') }} as families
        on identities.identity_family = families.identity_family
)

select
    measured.*,
    kinds.identity_family,
    kinds.is_within_row,
    kinds.component,
    kinds.flow,
    case
        when measured.residual_musd = 0 then 'exact'
        when abs(measured.residual_musd) > measured.rounding_bound_musd then 'failed'
        when abs(measured.z_score) > 3 then 'unlikely'
        else 'rounding'
    end as status,
    known.reason as accepted_reason
from measured
inner join kinds on measured.identity_id = kinds.identity_id
left join {{ ref('known_discrepancies') }} as known
    on
        measured.release_id = known.release_id
        and measured.identity_id = known.identity_id
        and measured.period_type = known.period_type
        and measured.period_start = known.period_start
        and measured.period_end = known.period_end
        and measured.residual_musd = known.residual_musd
        and abs(measured.residual_musd) > measured.rounding_bound_musd
