with failed as (
    select
        *,
        case identity_family
            when 'balance'
                then component || ': the balance is not exports less imports'
            when 'component'
                then flow || ': the total is not goods plus services'
            when 'period'
                then
                    replace(series_id, '_', ' ')
                    || ': the year is not the sum of its months'
            when 'previously_published'
                then
                    replace(series_id, '_', ' ')
                    || ': as previously published differs from the release before'
        end
        || printf(' (off by %,d)', residual_musd) as words
    from {{ ref('int_error_intervals') }}
    where is_failed
),

suspects as (
    select
        failed.cell_release_id as release_id,
        failed.cell_line_number as line_number,
        failed.series_id,
        failed.published_musd,
        errors.error_low_musd,
        errors.error_high_musd,
        {{ listed('failed.words', 'failed.words') }} as evidence,
        errors.is_ambiguous,
        failed.is_accepted,
        rank() over (
            partition by
                failed.cell_release_id, failed.cell_line_number, failed.series_id
            order by failed.is_accepted asc
        ) as place
    from {{ ref('int_suspect_errors') }} as errors
    inner join failed on errors.cell_id = failed.cell_id
    group by
        failed.cell_release_id,
        failed.cell_line_number,
        failed.series_id,
        failed.published_musd,
        errors.error_low_musd,
        errors.error_high_musd,
        errors.is_ambiguous,
        failed.is_accepted
)

select
    suspects.release_id,
    printed_rows.period_type,
    printed_rows.period_start,
    printed_rows.period_end,
    suspects.series_id,
    {{ printed_at(
        "'releases/' || releases.file_name", 'suspects.line_number', 'printed_columns'
    ) }} as printed_at,
    suspects.line_number,
    printed_columns.column_number,
    suspects.published_musd,
    cast(suspects.published_musd - suspects.error_high_musd as bigint)
        as implied_low_musd,
    cast(suspects.published_musd - suspects.error_low_musd as bigint)
        as implied_high_musd,
    cast(
        round(
            suspects.published_musd
            - (suspects.error_low_musd + suspects.error_high_musd) / 2.0
        ) as bigint
    ) as implied_musd,
    suspects.evidence,
    suspects.is_ambiguous,
    suspects.is_accepted
from suspects
inner join {{ ref('stg_printed_rows') }} as printed_rows
    on
        suspects.release_id = printed_rows.release_id
        and suspects.line_number = printed_rows.line_number
inner join {{ ref('stg_releases') }} as releases
    on suspects.release_id = releases.release_id
inner join {{ ref('release_columns') }} as printed_columns
    on
        suspects.release_id = printed_columns.release_id
        and suspects.series_id = printed_columns.series_id
-- A cell in both a new failure and a known discrepancy is a suspect of the new one.
where suspects.place = 1
