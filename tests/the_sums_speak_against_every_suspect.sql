-- A suspect is a printed number, in its place, that stands in sums which do not hold,
-- and its evidence is those sums in the words of the seed; no row and no wider sum
-- (of a year, or of a print and its memory) that does not hold is without one. What
-- the number should be is said by each sum of its row in which it is the only wrong
-- one, to the rounding bound, and by the wider ones, where no other number of its
-- series is suspected in them and they do not contradict the row. The only suspect of
-- a row is not ambiguous, nor are two of which neither could be the only one. Where
-- more may be wrong, one or the other, or where some breaks of a release are accepted
-- and others are not, this is not worked out again. Units: millions. Grain of a
-- failure: a suspect; or a row, or a wider sum, that has none.
with residuals as (
    select
        *,
        status = 'break' as is_break,
        accepted_reason is not null as is_accepted
    from {{ ref('int_identity_residuals') }}
),

identities as (
    select * from {{ ref('identities') }}
),

suspects as (
    select * from {{ ref('fct_suspect_cells') }}
),

accepted_in_part as (
    select release_id
    from residuals
    where is_break
    group by release_id
    having count(distinct is_accepted) = 2
),

-- Every sum that a suspect stands in. Breaks that were accepted and those that were not
-- do not mix: to the one kind, the other holds.
sums as (
    select
        suspects.*,
        residuals.identity_id,
        residuals.identity_family,
        residuals.identity_family in ('period', 'last_print') as is_wider,
        residuals.release_id as sum_release_id,
        residuals.line_number as sum_line_number,
        residuals.residual_musd,
        residuals.is_break
        and residuals.is_accepted = suspects.is_accepted as is_broken,
        identities.coefficient * case
            when
                residuals.is_break and residuals.is_accepted != suspects.is_accepted
                then 0
            else residuals.residual_musd
        end as off_by_musd,
        residuals.rounding_bound_musd,
        case
            when residuals.identity_family in ('period', 'last_print')
                then replace(suspects.series_id, '_', ' ')
            else coalesce(residuals.component, residuals.flow)
        end as subject
    from suspects
    inner join residuals
        on suspects.release_id in (residuals.release_id, residuals.compared_release_id)
    inner join identities
        on
            residuals.identity_id = identities.identity_id
            and suspects.series_id = identities.series_id
    where
        (
            identities.taken_from = 'row'
            and residuals.release_id = suspects.release_id
            and residuals.line_number = suspects.line_number
        )
        or (
            identities.taken_from = case
                when residuals.release_id = suspects.release_id then 'months'
                else 'release_before'
            end
            and suspects.period_type = 'month'
            and suspects.period_start
            between residuals.period_start and residuals.period_end
        )
),

-- The sums that say what a suspect is off by: of a row, those that no other wrong
-- number stands in; a wider one, if no other suspect with a value does, or of a row
-- that holds, none of a row that does not.
counted as (
    select
        *,
        count(case when is_broken and not is_wider then 1 end) over (
            partition by release_id, line_number, series_id, is_accepted
        ) as broken_sums
    from sums
),

telling as (
    select
        counted.*,
        replace(
            replace(sentences.template, '{subject}', counted.subject),
            '{residual}',
            {{ grouped('counted.residual_musd') }}
        ) as words,
        case
            when not counted.is_wider
                then
                    1 = count(case when not counted.is_ambiguous then 1 end)
                        over suspects_in_sum
            when counted.broken_sums > 0
                then 1 = count(counted.implied_musd) over suspects_in_sum
            else
                0 = count(
                    case when counted.broken_sums > 0 then counted.implied_musd end
                ) over suspects_in_sum
        end as is_told
    from counted
    left join {{ ref('sentences') }} as sentences
        on
            sentences.topic = 'evidence'
            and counted.identity_family = sentences.sentence_case
    window
        suspects_in_sum as (
            partition by
                counted.sum_release_id,
                counted.is_accepted,
                counted.sum_line_number,
                counted.identity_id
        )
),

broken_rows as (
    select
        release_id,
        line_number,
        is_accepted,
        case when identity_family in ('period', 'last_print') then identity_id end
            as wider_identity_id,
        count(*) as broken_sums
    from residuals
    where is_break
    group by
        release_id,
        line_number,
        is_accepted,
        case when identity_family in ('period', 'last_print') then identity_id end
),

{% set key = 'release_id, line_number, series_id, is_accepted' %}

said_by_the_row as (
    select
        *,
        max(
            case
                when is_told and not is_wider then off_by_musd - rounding_bound_musd
            end
        )
            over suspect as low_musd,
        min(
            case
                when is_told and not is_wider then off_by_musd + rounding_bound_musd
            end
        )
            over suspect as high_musd
    from telling
    window suspect as (partition by {{ key }})
),

told as (
    select
        {{ key }},
        {{ listed('case when is_broken then words end', "'; '", 'words') }} as evidence,
        max(broken_sums) as broken_sums,
        max(low_musd) as low_musd,
        min(high_musd) as high_musd,
        max(case when is_heard then off_by_musd - rounding_bound_musd end)
            as wider_low_musd,
        min(case when is_heard then off_by_musd + rounding_bound_musd end)
            as wider_high_musd
    from (
        select
            *,
            is_told
            and is_wider
            and case
                when broken_sums = 0 then is_broken
                else
                    low_musd <= off_by_musd + rounding_bound_musd
                    and high_musd >= off_by_musd - rounding_bound_musd
            end as is_heard
        from said_by_the_row
    ) as heard
    group by {{ key }}
),

rows_of_suspects as (
    select
        told.*,
        count(case when told.broken_sums > 0 then 1 end) over suspects_of_row
            as suspects_of_row,
        max(
            case when told.broken_sums = broken_rows.broken_sums then 1 else 0 end
        ) over suspects_of_row = 1 as may_be_the_only_one
    from told
    left join broken_rows
        on
            told.release_id = broken_rows.release_id
            and told.line_number = broken_rows.line_number
            and told.is_accepted = broken_rows.is_accepted
            and broken_rows.wider_identity_id is null
    window
        suspects_of_row as (
            partition by told.release_id, told.line_number, told.is_accepted
        )
),

expected as (
    select
        {{ key }},
        evidence,
        case
            when broken_sums = 0 then true
            when suspects_of_row = 1 then false
            when suspects_of_row = 2 and not may_be_the_only_one then false
        end as is_ambiguous,
        case
            when broken_sums = 0 then wider_low_musd else
                greatest(low_musd, wider_low_musd)
        end as low_musd,
        case
            when broken_sums = 0 then wider_high_musd else
                least(high_musd, wider_high_musd)
        end as high_musd,
        broken_sums = 0 and wider_low_musd is not null as is_told_by_a_wider_sum
    from rows_of_suspects
),

printed as (
    select
        suspects.release_id,
        suspects.line_number,
        suspects.series_id,
        printed_rows.period_type,
        printed_rows.period_start,
        printed_rows.period_end,
        case suspects.series_id
            {% for flow in ['balance', 'exports', 'imports'] %}
                {% for component in ['total', 'goods', 'services'] %}
                    when '{{ flow }}_{{ component }}'
                        then printed_rows.{{ flow }}_{{ component }}
                {% endfor %}
            {% endfor %}
        end as published_musd,
        places.column_number,
        {{ filled_in('sentences.template', {
            'file': 'releases.file_name',
            'sheet': 'releases.sheet_name',
            'line': whole('printed_rows.line_number'),
            'column': whole('places.column_number'),
            'sheet_column': 'places.sheet_column',
            'sheet_row': whole('printed_rows.line_number - releases.row_offset'),
        }) }} as printed_at
    from suspects
    inner join {{ ref('stg_printed_rows') }} as printed_rows
        on
            suspects.release_id = printed_rows.release_id
            and suspects.line_number = printed_rows.line_number
    inner join {{ ref('release_columns') }} as places
        on
            suspects.release_id = places.release_id
            and suspects.series_id = places.series_id
    inner join {{ ref('releases') }} as releases
        on suspects.release_id = releases.release_id
    inner join {{ ref('sentences') }} as sentences
        on
            sentences.topic = 'printed_at'
            and releases.source_format = sentences.sentence_case
)

select
    suspects.release_id,
    suspects.line_number,
    suspects.series_id,
    suspects.is_accepted,
    suspects.printed_at,
    suspects.published_musd,
    printed.published_musd as expected_published_musd,
    suspects.implied_musd,
    suspects.implied_low_musd,
    suspects.implied_high_musd,
    printed.published_musd - expected.high_musd as expected_low_musd,
    printed.published_musd - expected.low_musd as expected_high_musd,
    suspects.evidence,
    expected.evidence as expected_evidence,
    suspects.is_ambiguous,
    expected.is_ambiguous as expected_is_ambiguous
from suspects
left join expected
    on
        suspects.release_id = expected.release_id
        and suspects.line_number = expected.line_number
        and suspects.series_id = expected.series_id
        and suspects.is_accepted = expected.is_accepted
left join printed
    on
        suspects.release_id = printed.release_id
        and suspects.line_number = printed.line_number
        and suspects.series_id = printed.series_id
left join accepted_in_part on suspects.release_id = accepted_in_part.release_id
where
    suspects.period_type is distinct from printed.period_type
    or suspects.period_start is distinct from printed.period_start
    or suspects.period_end is distinct from printed.period_end
    or suspects.published_musd is distinct from printed.published_musd
    or suspects.column_number is distinct from printed.column_number
    or suspects.printed_at is distinct from printed.printed_at
    or suspects.evidence is distinct from expected.evidence
    or suspects.is_ambiguous is distinct from case
        when suspects.implied_musd is null then true
        when accepted_in_part.release_id is not null then suspects.is_ambiguous
        else coalesce(expected.is_ambiguous, suspects.is_ambiguous)
    end
    or (
        accepted_in_part.release_id is null
        and (not suspects.is_ambiguous or expected.is_told_by_a_wider_sum)
        and (
            suspects.implied_low_musd
            is distinct from printed.published_musd - expected.high_musd
            or suspects.implied_high_musd
            is distinct from printed.published_musd - expected.low_musd
        )
    )
    or suspects.implied_musd is distinct from cast(
        round((suspects.implied_low_musd + suspects.implied_high_musd) / 2.0) as bigint
    )
    or suspects.implied_low_musd > suspects.implied_high_musd
    or (suspects.implied_musd is null) != (suspects.implied_low_musd is null)
    or (suspects.implied_musd is null) != (suspects.implied_high_musd is null)
union all
select
    broken_rows.release_id,
    broken_rows.line_number,
    null as series_id,
    broken_rows.is_accepted,
    null as printed_at,
    null as published_musd,
    null as expected_published_musd,
    null as implied_musd,
    null as implied_low_musd,
    null as implied_high_musd,
    null as expected_low_musd,
    null as expected_high_musd,
    null as evidence,
    coalesce(broken_rows.wider_identity_id, 'a sum of the row') as expected_evidence,
    null as is_ambiguous,
    null as expected_is_ambiguous
from broken_rows
left join sums
    on
        broken_rows.release_id = sums.sum_release_id
        and broken_rows.line_number = sums.sum_line_number
        and broken_rows.is_accepted = sums.is_accepted
        and sums.is_broken
        and case when sums.is_wider then sums.identity_id end
        is not distinct from broken_rows.wider_identity_id
left join accepted_in_part on broken_rows.release_id = accepted_in_part.release_id
where
    sums.release_id is null
    and accepted_in_part.release_id is null
