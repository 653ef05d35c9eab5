with errors as (
    select * from {{ ref('int_suspect_errors') }}
),

row_evidence as (
    select * from {{ ref('int_row_evidence') }}
    where is_broken
),

members as (
    select * from {{ ref('int_sum_members') }}
    where is_broken
),

identities as (
    select * from {{ ref('identities') }}
    where taken_from = 'row'
),

-- Which sums speak against a cell: those of its row, and the wider ones.
testimony as (
    select
        errors.release_id,
        errors.line_number,
        errors.is_accepted,
        errors.series_id,
        identities.identity_family,
        coalesce(identities.component, identities.flow) as subject,
        row_evidence.residual_musd
    from errors
    inner join identities on errors.series_id = identities.series_id
    inner join row_evidence
        on
            errors.release_id = row_evidence.release_id
            and errors.line_number = row_evidence.line_number
            and errors.is_accepted = row_evidence.is_accepted
            and identities.identity_id = row_evidence.identity_id
    union all
    select
        errors.release_id,
        errors.line_number,
        errors.is_accepted,
        errors.series_id,
        members.identity_family,
        replace(errors.series_id, '_', ' ') as subject,
        members.residual_musd
    from errors
    inner join members
        on
            errors.release_id = members.release_id
            and errors.line_number = members.line_number
            and errors.is_accepted = members.is_accepted
            and errors.series_id = members.series_id
),

worded as (
    select
        testimony.release_id,
        testimony.line_number,
        testimony.is_accepted,
        testimony.series_id,
        printf(
            '%s: %s (off by %,d)',
            testimony.subject,
            case testimony.identity_family
                when 'balance' then 'the balance is not exports less imports'
                when 'component' then 'the total is not goods plus services'
                when 'period' then 'the year is not the sum of its months'
                when 'last_print'
                    then 'as published last month is not what the release before printed'
            end,
            testimony.residual_musd
        ) as words
    from testimony
)

select
    release_id,
    line_number,
    is_accepted,
    series_id,
    {{ listed('words', 'words') }} as evidence
from worded
group by release_id, line_number, is_accepted, series_id
