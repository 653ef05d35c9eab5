{% set most = 20 %}

with suspects as (
    select * from {{ ref('int_suspect_cells') }}
    where not is_accepted
),

residuals as (
    select
        *,
        row_number() over (
            order by release_id desc, period_start asc, period_type asc, identity_id asc
        ) as place
    from {{ ref('int_identity_residuals') }}
    where
        status = 'failed'
        and accepted_reason is null
),

intervals as (
    select
        *,
        max(case when is_within_row then 1 else 0 end) over (partition by cell_id)
            as fails_within_row
    from {{ ref('int_error_intervals') }}
    where
        is_failed
        and not is_accepted
),

-- Two rows disagree and neither fails by itself: all their cells are suspects, and one
-- line about the row says more than a line for each.
undecided as (
    select
        intervals.cell_release_id,
        intervals.cell_line_number,
        intervals.series_id,
        intervals.release_id,
        intervals.line_number,
        intervals.identity_id
    from intervals
    inner join suspects
        on
            intervals.cell_release_id = suspects.release_id
            and intervals.cell_line_number = suspects.line_number
            and intervals.series_id = suspects.series_id
    where
        suspects.is_ambiguous
        and intervals.fails_within_row = 0
),

disagreeing as (
    select distinct
        residuals.release_id,
        residuals.line_number,
        concat_ws(' ', residuals.flow, residuals.component) as series,
        printf(
            '%s: this row or %s is wrong: %s %s, in ',
            {{ printed_at(
                "'releases/' || releases.file_name", 'residuals.line_number'
            ) }},
            coalesce(residuals.compared_release_id, 'one of its months'),
            {{ period_words(
                'residuals.period_type', 'residuals.period_start', 'residuals.period_end'
            ) }},
            case
                when residuals.compared_release_id is null
                    then 'does not add up to its months'
                else printf('differs from %s', residuals.compared_release_id)
            end
        ) as words
    from undecided
    inner join residuals
        on
            undecided.release_id = residuals.release_id
            and undecided.line_number = residuals.line_number
            and undecided.identity_id = residuals.identity_id
    inner join {{ ref('stg_releases') }} as releases
        on residuals.release_id = releases.release_id
),

named as (
    select
        suspects.release_id,
        suspects.line_number,
        suspects.column_number,
        printf(
            '%s: %s, %s reads %,d; the identities say %,d (%,d to %,d)%s',
            suspects.printed_at,
            replace(suspects.series_id, '_', ' '),
            {{ period_words(
                'suspects.period_type', 'suspects.period_start', 'suspects.period_end'
            ) }},
            suspects.published_musd, suspects.implied_musd,
            suspects.implied_low_musd, suspects.implied_high_musd,
            case
                when suspects.is_ambiguous
                    then '; ambiguous: another listed number may be wrong instead'
                else ''
            end
        ) as line
    from suspects
    where
        not exists (
            select 1
            from undecided
            where
                suspects.release_id = undecided.cell_release_id
                and suspects.line_number = undecided.cell_line_number
                and suspects.series_id = undecided.series_id
        )
    union all
    select
        release_id,
        line_number,
        0 as column_number,
        words || case
            when count(*) = 9 then 'all nine numbers'
            else {{ listed('series', 'series') }}
        end as line
    from disagreeing
    group by release_id, line_number, words
),

ranked as (
    select
        *,
        row_number() over (
            order by release_id desc, line_number asc, column_number asc
        ) as place,
        count(*) over () as lines
    from named
)

select
    2 as part,
    place,
    line
from ranked
where place <= {{ most }}
union all
select
    3 as part,
    1 as place,
    printf('... and %,d more, in intermediate.int_suspect_cells', lines - {{ most }})
        as line
from ranked
where place = {{ most }} + 1
union all
select
    4 as part,
    1 as place,
    'Fix the file. If the release was published so, add these rows to '
    || 'seeds/known_discrepancies.csv, with your reason in place of "...":' as line
from ranked
where place = 1
union all
-- A row of known_discrepancies without its reason.
select
    5 as part,
    place,
    printf(
        '%s,%s,%s,%s,%s,%d,"..."',
        release_id, identity_id, period_type,
        cast(period_start as string), cast(period_end as string), residual_musd
    ) as line
from residuals
where place <= {{ most }}
