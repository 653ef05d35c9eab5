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
)

select
    errors.release_id,
    errors.period_type,
    errors.period_start,
    errors.period_end,
    errors.series_id,
    case releases.source_format
        when 'text'
            then printf(
                'releases/%s line %d, column %d',
                releases.file_name, errors.line_number, printed_columns.column_number
            )
        else
            printf(
                'releases/%s, sheet %s, cell %s%d',
                releases.file_name,
                releases.sheet_name,
                printed_columns.sheet_column,
                errors.line_number - releases.row_offset
            )
    end as printed_at,
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
