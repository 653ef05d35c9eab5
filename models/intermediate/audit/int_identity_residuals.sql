with cells as (
    select * from {{ ref('int_cells') }}
),

identities as (
    select * from {{ ref('identities') }}
),

known as (
    select * from {{ ref('known_discrepancies') }}
),

-- What an identity takes from the row itself, and what from the months that it covers.
terms as (
    select
        cells.release_id,
        cells.line_number,
        cells.period_type,
        cells.period_start,
        cells.period_end,
        identities.identity_id,
        identities.coefficient * cells.published_musd as signed_musd
    from cells
    inner join identities
        on
            cells.series_id = identities.series_id
            and identities.taken_from = 'row'
    where
        identities.identity_family != 'period'
        or cells.period_type not in ('month', 'last_print')
    union all
    select
        years.release_id,
        years.line_number,
        years.period_type,
        years.period_start,
        years.period_end,
        identities.identity_id,
        identities.coefficient * months.published_musd as signed_musd
    from cells as years
    inner join identities
        on
            years.series_id = identities.series_id
            and identities.taken_from = 'months'
    inner join cells as months
        on
            years.release_id = months.release_id
            and years.series_id = months.series_id
            and months.period_start between years.period_start and years.period_end
    where
        years.period_type not in ('month', 'last_print')
        and months.period_type = 'month'
),

-- A line is of one period, so that its columns need not be grouped by.
sums as (
    select
        release_id,
        line_number,
        identity_id,
        max(period_type) as period_type,
        max(period_start) as period_start,
        max(period_end) as period_end,
        cast(count(*) as integer) as terms,
        cast(sum(signed_musd) as bigint) as residual_musd
    from terms
    group by release_id, line_number, identity_id
),

measured as (
    select
        *,
        {{ rounding_bound('terms') }} as rounding_bound_musd,
        {{ rounding_z('residual_musd', 'terms') }} as z_score
    from sums
),

kinds as (
    select distinct
        identity_id,
        identity_family,
        component,
        flow
    from identities
)

select
    measured.release_id,
    measured.line_number,
    measured.identity_id,
    kinds.identity_family,
    kinds.component,
    kinds.flow,
    measured.period_type,
    measured.period_start,
    measured.period_end,
    measured.terms,
    measured.residual_musd,
    measured.rounding_bound_musd,
    measured.z_score,
    case
        when measured.residual_musd = 0 then 'exact'
        when abs(measured.residual_musd) > measured.rounding_bound_musd then 'break'
        when abs(measured.z_score) > 3 then 'unlikely'
        else 'rounding'
    end as status,
    known.reason as accepted_reason
from measured
inner join kinds on measured.identity_id = kinds.identity_id
left join known
    on
        measured.release_id = known.release_id
        and measured.identity_id = known.identity_id
        and measured.period_type = known.period_type
        and measured.period_start = known.period_start
        and measured.period_end = known.period_end
        and measured.residual_musd = known.residual_musd
        and abs(measured.residual_musd) > measured.rounding_bound_musd
