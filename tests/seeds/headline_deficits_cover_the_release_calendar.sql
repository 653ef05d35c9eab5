-- Loaded releases are compared with these deficits, so none may be missing. The next
-- release seldom revises a deficit by a billion, and at most by 8.3; a revision of more
-- than 20 times the mean is a typing error. Grain of a failure: a row and what is wrong
-- with it.
with headlines as (
    select * from {{ ref('headline_deficits') }}
),

estimates as (
    select * from {{ ref('stg_headlines') }}
),

calendar as (
    select * from {{ ref('release_calendar') }}
),

revised as (
    select
        firsts.release_id,
        nexts.deficit_busd as next_deficit_busd,
        abs(nexts.deficit_busd - firsts.deficit_busd)
        > 20 * avg(abs(nexts.deficit_busd - firsts.deficit_busd)) over () as is_far
    from estimates as firsts
    inner join estimates as nexts
        on
            firsts.month_date = nexts.month_date
            and firsts.estimate_number = 1
            and nexts.estimate_number = 2
),

ends as (
    select
        min(release_id) as first_release_id,
        max(release_id) as last_release_id
    from headlines
),

judged as (
    select
        coalesce(headlines.release_id, calendar.release_id) as release_id,
        headlines.deficit_busd,
        headlines.previous_month_deficit_busd,
        headlines.is_annual_revision,
        case
            when calendar.release_id is null then 'release_calendar has no such release'
            when
                headlines.release_id is null
                and calendar.release_id
                between ends.first_release_id and ends.last_release_id
                then 'the release is missing'
            when
                headlines.release_id is not null
                and (
                    headlines.deficit_busd is null
                    or headlines.previous_month_deficit_busd is null
                    or headlines.is_annual_revision is null
                )
                then 'a cell is empty'
            when
                headlines.is_annual_revision
                != (substr(headlines.release_id, 6) = '04')
                then 'the release for April, and no other, is the annual revision'
            when revised.is_far
                then
                    concat(
                        'of that month the next release says ',
                        revised.next_deficit_busd
                    )
        end as fault
    from headlines
    full join calendar on headlines.release_id = calendar.release_id
    left join revised on headlines.release_id = revised.release_id
    cross join ends
)

select
    fault,
    release_id,
    deficit_busd,
    previous_month_deficit_busd,
    is_annual_revision
from judged
where fault is not null
