with cells as (
    select * from {{ ref('int_cells') }}
),

identities as (
    select * from {{ ref('stg_identities') }}
),

breaks as (
    select *
    from {{ ref('int_identity_residuals') }}
    where
        status = 'break'
        and accepted_reason is null
),

wrong as (
    select * from {{ ref('int_wrong_cells') }}
),

periods as (
    select * from {{ ref('int_period_residuals') }}
),

-- A row in which more than two numbers are wrong: those of its cells that the most
-- identities speak against, with no value to offer.
unexplained_rows as (
    select
        breaks.release_id,
        breaks.line_number,
        periods.series_id,
        periods.year_start,
        count(*) + any_value(cast(periods.is_broken as integer)) as breaks
    from breaks
    inner join identities on breaks.identity_id = identities.identity_id
    inner join periods
        on
            breaks.release_id = periods.release_id
            and identities.series_id = periods.series_id
            and date_trunc('year', breaks.period_start) = periods.year_start
    anti join wrong
        on
            breaks.release_id = wrong.release_id
            and breaks.line_number = wrong.line_number
    group by
        breaks.release_id,
        breaks.line_number,
        periods.series_id,
        periods.year_start
    qualify
        count(*) + any_value(cast(periods.is_broken as integer))
        = max(count(*) + any_value(cast(periods.is_broken as integer))) over (
            partition by breaks.release_id, breaks.line_number
        )
),

-- A year and series whose period identity stays broken when its wrong cells are taken
-- out of it. One that is ambiguous or without a value may explain it, and is listed.
unexplained_years as (
    select
        periods.release_id,
        periods.series_id,
        periods.year_start,
        any_value(periods.low_musd) - coalesce(sum(wrong.shift_high_musd), 0)
            as low_musd,
        any_value(periods.high_musd) - coalesce(sum(wrong.shift_low_musd), 0)
            as high_musd
    from periods
    left join wrong
        on
            periods.release_id = wrong.release_id
            and periods.series_id = wrong.series_id
            and periods.year_start = wrong.year_start
    anti join unexplained_rows
        on
            periods.release_id = unexplained_rows.release_id
            and periods.series_id = unexplained_rows.series_id
            and periods.year_start = unexplained_rows.year_start
    where periods.is_broken
    group by periods.release_id, periods.series_id, periods.year_start
    having
        not coalesce(bool_or(wrong.is_ambiguous), false)
        and 0 not between low_musd and high_musd
),

-- The error of each suspect, at least and at most.
suspects as (
    select
        release_id,
        line_number,
        series_id,
        if(is_annual, shift_low_musd, -shift_high_musd) as error_low_musd,
        if(is_annual, shift_high_musd, -shift_low_musd) as error_high_musd,
        is_ambiguous
    from wrong
    union all
    select
        release_id,
        line_number,
        series_id,
        null as error_low_musd,
        null as error_high_musd,
        true as is_ambiguous
    from unexplained_rows
    union all
    select
        cells.release_id,
        cells.line_number,
        cells.series_id,
        if(cells.period_type = 'year', years.low_musd, -years.high_musd)
            as error_low_musd,
        if(cells.period_type = 'year', years.high_musd, -years.low_musd)
            as error_high_musd,
        true as is_ambiguous
    from unexplained_years as years
    inner join cells
        on
            years.release_id = cells.release_id
            and years.series_id = cells.series_id
            and years.year_start = date_trunc('year', cells.period_start)
    anti join wrong
        on
            cells.release_id = wrong.release_id
            and cells.line_number = wrong.line_number
            and cells.series_id = wrong.series_id
),

suspect_cells as (
    select
        cells.*,
        suspects.error_low_musd,
        suspects.error_high_musd,
        suspects.is_ambiguous
    from suspects
    inner join cells
        on
            suspects.release_id = cells.release_id
            and suspects.line_number = cells.line_number
            and suspects.series_id = cells.series_id
),

-- Which identities speak against a cell: those of its row, and that of its year.
testimony as (
    select
        suspect_cells.release_id,
        suspect_cells.line_number,
        suspect_cells.series_id,
        breaks.residual_musd,
        split_part(breaks.identity_id, '_', 2)
        || if(
            starts_with(breaks.identity_id, 'balance_'),
            ': the balance is not exports less imports',
            ': the total is not goods plus services'
        ) as words
    from suspect_cells
    inner join identities on suspect_cells.series_id = identities.series_id
    inner join breaks
        on
            suspect_cells.release_id = breaks.release_id
            and suspect_cells.line_number = breaks.line_number
            and identities.identity_id = breaks.identity_id
    union all
    select
        suspect_cells.release_id,
        suspect_cells.line_number,
        suspect_cells.series_id,
        breaks.residual_musd,
        replace(suspect_cells.series_id, '_', ' ')
        || ': the year is not the sum of its months' as words
    from suspect_cells
    inner join breaks
        on
            suspect_cells.release_id = breaks.release_id
            and breaks.identity_id = 'period_' || suspect_cells.series_id
            and breaks.period_start = date_trunc('year', suspect_cells.period_start)
),

evidence as (
    select
        release_id,
        line_number,
        series_id,
        string_agg(
            format('{} (off by {:,})', words, residual_musd), '; ' order by words
        ) as evidence
    from testimony
    group by release_id, line_number, series_id
),

-- In a layout the first series is {0: or, with its sign spelled out, {9: and so on; the
-- fields are counted from the label, which is 1.
places as (
    select
        suspect_cells.release_id,
        suspect_cells.line_number,
        suspect_cells.series_id,
        '^(.*)[{](' || (series.position - 1) || '|' || (series.position + 8) || '):'
            as until_the_cell,
        cast(
            1 + len(
                string_split(
                    regexp_extract(printed_rows.layout, until_the_cell, 1), chr(9)
                )
            ) as integer
        ) as column_number
    from suspect_cells
    inner join {{ ref('stg_series') }} as series
        on suspect_cells.series_id = series.series_id
    inner join {{ ref('int_printed_rows') }} as printed_rows
        on
            suspect_cells.release_id = printed_rows.release_id
            and suspect_cells.line_number = printed_rows.line_number
)

select
    suspect_cells.release_id,
    suspect_cells.period_type,
    suspect_cells.period_start,
    suspect_cells.period_end,
    suspect_cells.series_id,
    suspect_cells.line_number,
    places.column_number,
    suspect_cells.published_musd,
    cast(suspect_cells.published_musd - suspect_cells.error_high_musd as bigint)
        as implied_low_musd,
    cast(suspect_cells.published_musd - suspect_cells.error_low_musd as bigint)
        as implied_high_musd,
    (implied_low_musd + implied_high_musd) // 2 as implied_musd,
    evidence.evidence,
    suspect_cells.is_ambiguous
from suspect_cells
left join evidence
    on
        suspect_cells.release_id = evidence.release_id
        and suspect_cells.line_number = evidence.line_number
        and suspect_cells.series_id = evidence.series_id
left join places
    on
        suspect_cells.release_id = places.release_id
        and suspect_cells.line_number = places.line_number
        and suspect_cells.series_id = places.series_id
