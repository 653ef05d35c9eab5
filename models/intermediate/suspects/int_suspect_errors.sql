with cells as (
    select * from {{ ref('int_cells') }}
),

wrong as (
    select * from {{ ref('int_wrong_cells') }}
),

unexplained_cells as (
    select * from {{ ref('int_unexplained_cells') }}
),

unexplained_years as (
    select * from {{ ref('int_unexplained_years') }}
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
        cells.release_id,
        cells.line_number,
        years.is_accepted,
        cells.series_id,
        case
            when cells.period_type = 'month' then -years.high_musd else years.low_musd
        end
            as error_low_musd,
        case
            when cells.period_type = 'month' then -years.low_musd else years.high_musd
        end
            as error_high_musd,
        true as is_ambiguous
    from unexplained_years as years
    inner join cells
        on
            years.release_id = cells.release_id
            and years.series_id = cells.series_id
            and cells.period_start between years.period_start and years.period_end
    where
        not exists (
            select 1
            from wrong
            where
                cells.release_id = wrong.release_id
                and cells.line_number = wrong.line_number
                and cells.series_id = wrong.series_id
                and years.is_accepted = wrong.is_accepted
        )
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
