with errors as (
    select * from {{ ref('int_suspect_errors') }}
),

evidence as (
    select * from {{ ref('int_suspect_evidence') }}
),

releases as (
    select * from {{ ref('stg_releases') }}
),

printed_columns as (
    select * from {{ ref('release_columns') }}
),

sentences as (
    select * from {{ ref('sentences') }}
)

select
    errors.release_id,
    errors.period_type,
    errors.period_start,
    errors.period_end,
    errors.series_id,
    {{ filled_in('sentences.template', {
        'file': 'releases.file_name',
        'sheet': 'releases.sheet_name',
        'line': whole('errors.line_number'),
        'column': whole('printed_columns.column_number'),
        'sheet_column': 'printed_columns.sheet_column',
        'sheet_row': whole('errors.line_number - releases.row_offset'),
    }) }} as printed_at,
    errors.line_number,
    printed_columns.column_number,
    errors.published_musd,
    cast(errors.published_musd - errors.error_high_musd as bigint) as implied_low_musd,
    cast(errors.published_musd - errors.error_low_musd as bigint) as implied_high_musd,
    cast(
        round(
            (2 * errors.published_musd - errors.error_low_musd - errors.error_high_musd)
            / 2.0
        ) as bigint
    ) as implied_musd,
    evidence.evidence,
    errors.is_ambiguous,
    errors.is_accepted
from errors
-- Where a part of a row's breaks is accepted, a number may be supposed wrong that no
-- sum speaks against: it is no suspect.
inner join evidence
    on
        errors.release_id = evidence.release_id
        and errors.line_number = evidence.line_number
        and errors.series_id = evidence.series_id
        and errors.is_accepted = evidence.is_accepted
inner join releases on errors.release_id = releases.release_id
inner join printed_columns
    on
        errors.release_id = printed_columns.release_id
        and errors.series_id = printed_columns.series_id
inner join sentences
    on
        sentences.topic = 'printed_at'
        and releases.source_format = sentences.sentence_case
