with evidence as (
    select * from {{ ref('int_row_evidence') }}
    where is_broken
),

identities as (
    select * from {{ ref('identities') }}
    where taken_from = 'row'
),

cells as (
    select * from {{ ref('int_cells') }}
),

windows as (
    select * from {{ ref('int_year_windows') }}
),

wrong as (
    select * from {{ ref('int_wrong_cells') }}
),

-- A row in which more than two numbers are wrong: each of its cells, and how many sums
-- speak against it.
unexplained as (
    select
        evidence.release_id,
        evidence.line_number,
        evidence.is_accepted,
        identities.series_id,
        windows.line_number as year_line_number,
        count(*) + max(case when windows.is_broken then 1 else 0 end) as breaks
    from evidence
    inner join identities on evidence.identity_id = identities.identity_id
    inner join cells
        on
            evidence.release_id = cells.release_id
            and evidence.line_number = cells.line_number
            and identities.series_id = cells.series_id
    inner join windows
        on
            evidence.release_id = windows.release_id
            and evidence.is_accepted = windows.is_accepted
            and identities.series_id = windows.series_id
            and cells.period_start between windows.period_start and windows.period_end
    where
        not exists (
            select 1
            from wrong
            where
                evidence.release_id = wrong.release_id
                and evidence.line_number = wrong.line_number
                and evidence.is_accepted = wrong.is_accepted
        )
    group by
        evidence.release_id,
        evidence.line_number,
        evidence.is_accepted,
        identities.series_id,
        windows.line_number
),

ranked as (
    select
        *,
        max(breaks) over (
            partition by release_id, line_number, is_accepted
        ) as most_breaks
    from unexplained
)

select
    release_id,
    line_number,
    is_accepted,
    series_id,
    year_line_number
from ranked
where breaks = most_breaks
