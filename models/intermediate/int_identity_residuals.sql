with cells as (
    select * from {{ ref('int_cells') }}
),

identities as (
    select * from {{ ref('stg_identities') }}
),

known as (
    select * from {{ ref('stg_known_discrepancies') }}
),

-- Balance and component identities hold within one printed row.
row_terms as (
    select
        cells.release_id,
        cells.line_number,
        identities.identity_id,
        cells.period_type,
        cells.period_start,
        cells.period_end,
        identities.coefficient * cells.published_musd as signed_musd
    from cells
    inner join identities on cells.series_id = identities.series_id
),

-- A period identity is an annual row less the months that it covers.
annual_cells as (
    select *
    from cells
    where period_type = 'year'
),

period_terms as (
    select
        release_id,
        line_number,
        'period_' || series_id as identity_id,
        period_type,
        period_start,
        period_end,
        published_musd as signed_musd
    from annual_cells
    union all
    select
        annual_cells.release_id,
        annual_cells.line_number,
        'period_' || annual_cells.series_id as identity_id,
        annual_cells.period_type,
        annual_cells.period_start,
        annual_cells.period_end,
        -cells.published_musd as signed_musd
    from annual_cells
    inner join cells
        on
            annual_cells.release_id = cells.release_id
            and annual_cells.series_id = cells.series_id
            and annual_cells.period_start = date_trunc('year', cells.period_start)
            and annual_cells.period_end >= cells.period_end
    where cells.period_type = 'month'
),

all_terms as (
    select * from row_terms
    union all
    select * from period_terms
),

-- A line of the release is of one period: its columns need not be grouped by.
residuals as (
    select
        release_id,
        line_number,
        identity_id,
        any_value(period_type) as period_type,
        any_value(period_start) as period_start,
        any_value(period_end) as period_end,
        cast(count(*) as integer) as terms,
        cast(sum(signed_musd) as bigint) as residual_musd
    from all_terms
    group by release_id, line_number, identity_id
),

measured as (
    select
        *,
        {{ rounding_bound('terms') }} as rounding_bound_musd,
        {{ rounding_z('residual_musd', 'terms') }} as z_score
    from residuals
)

select
    measured.release_id,
    measured.identity_id,
    measured.period_type,
    measured.period_start,
    measured.period_end,
    measured.line_number,
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
left join known
    on
        measured.release_id = known.release_id
        and measured.identity_id = known.identity_id
        and measured.period_type = known.period_type
        and measured.period_start = known.period_start
        and measured.period_end = known.period_end
        and measured.residual_musd = known.residual_musd
        and abs(measured.residual_musd) > measured.rounding_bound_musd
