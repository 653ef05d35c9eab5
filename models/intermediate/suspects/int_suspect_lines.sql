{% set most = 20 %}

with suspects as (
    select * from {{ ref('int_suspect_cells') }}
    where not is_accepted
),

printed_rows as (
    select * from {{ ref('stg_printed_rows') }}
),

breaks as (
    select * from {{ ref('int_identity_residuals') }}
    where
        status = 'break'
        and accepted_reason is null
),

sentences as (
    select * from {{ ref('sentences') }}
    where topic = 'suspect'
),

ranked as (
    select
        suspects.*,
        printed_rows.period_words,
        row_number() over (
            order by
                suspects.release_id desc,
                suspects.line_number asc,
                suspects.column_number asc
        ) as place,
        count(*) over () as suspects,
        case
            when suspects.implied_musd is null then 'unvalued'
            when suspects.is_ambiguous then 'ambiguous'
            else 'valued'
        end as sentence_case
    from suspects
    inner join printed_rows
        on
            suspects.release_id = printed_rows.release_id
            and suspects.line_number = printed_rows.line_number
),

lines as (
    select
        2 as part,
        ranked.place,
        {{ filled_in('sentences.template', {
            'printed_at': 'ranked.printed_at',
            'series': "replace(ranked.series_id, '_', ' ')",
            'period': 'ranked.period_words',
            'published': grouped('ranked.published_musd'),
            'implied': grouped('ranked.implied_musd'),
            'low': grouped('ranked.implied_low_musd'),
            'high': grouped('ranked.implied_high_musd'),
        }) }} as line
    from ranked
    inner join sentences on ranked.sentence_case = sentences.sentence_case
    where ranked.place <= {{ most }}
    union all
    select distinct
        case when sentences.sentence_case = 'more' then 3 else 4 end as part,
        1 as place,
        {{ filled_in('sentences.template', {
            'more': grouped('ranked.suspects - ' ~ most)
        }) }} as line
    from ranked
    inner join sentences
        on
            sentences.sentence_case = 'advice'
            or (sentences.sentence_case = 'more' and ranked.suspects > {{ most }})
    union all
    -- A row of known_discrepancies, but for its reason.
    select
        5 as part,
        row_number() over (
            order by release_id desc, period_start asc, period_type asc, identity_id asc
        ) as place,
        concat_ws(
            ',',
            release_id,
            identity_id,
            period_type,
            cast(period_start as string),
            cast(period_end as string),
            cast(residual_musd as string),
            '"..."'
        ) as line
    from breaks
)

select
    part,
    place,
    line
from lines
where
    part < 5
    or place <= {{ most }}
