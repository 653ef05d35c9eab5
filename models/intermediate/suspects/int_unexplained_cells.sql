with evidence as (
    select * from {{ ref('int_row_evidence') }}
    where is_broken
),

identities as (
    select * from {{ ref('identities') }}
    where taken_from = 'row'
),

wrong as (
    select * from {{ ref('int_wrong_cells') }}
),

members as (
    select * from {{ ref('int_sum_members') }}
    where is_broken
),

-- A row in which more than two numbers are wrong: each of its cells, and the sums that
-- speak against it.
spoken_against as (
    select
        evidence.release_id,
        evidence.line_number,
        evidence.is_accepted,
        identities.series_id,
        count(*) as breaks
    from evidence
    inner join identities on evidence.identity_id = identities.identity_id
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
        identities.series_id
),

ranked as (
    select
        spoken_against.release_id,
        spoken_against.line_number,
        spoken_against.is_accepted,
        spoken_against.series_id,
        max(spoken_against.breaks) + count(members.series_id) as breaks
    from spoken_against
    left join members
        on
            spoken_against.release_id = members.release_id
            and spoken_against.line_number = members.line_number
            and spoken_against.is_accepted = members.is_accepted
            and spoken_against.series_id = members.series_id
    group by
        spoken_against.release_id,
        spoken_against.line_number,
        spoken_against.is_accepted,
        spoken_against.series_id
),

most as (
    select
        *,
        max(breaks) over (
            partition by release_id, line_number, is_accepted
        ) as most_breaks
    from ranked
)

select
    release_id,
    line_number,
    is_accepted,
    series_id
from most
where breaks = most_breaks
