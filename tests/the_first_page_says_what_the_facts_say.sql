-- Every statement of every month again: sums by windows over the facts, and for the
-- last month of a release over that release's own prints; the number by
-- multiplying back; the sentence by the pattern of its template, with the subject, the
-- amount, the month and the way it moved filled in here. Every subject and measure is
-- told of where the months go back two years. Units: billions of dollars, percent.
-- Grain of a failure: a release, month, subject and measure.
{% set series = 'edition, component, flow' %}

with prints as (
    select
        'current' as edition,
        facts.release_id,
        facts.month_date,
        facts.component,
        facts.exports_musd,
        facts.imports_musd,
        facts.balance_musd,
        facts.month_date != releases.last_month as is_told
    from {{ ref('fct_monthly_trade') }} as facts
    inner join {{ ref('dim_release') }} as releases
        on facts.release_id = releases.release_id
    union all
    select
        vintages.release_id as edition,
        vintages.release_id,
        vintages.month_date,
        vintages.component,
        vintages.exports_musd,
        vintages.imports_musd,
        vintages.balance_musd,
        vintages.print_number = 1 as is_told
    from {{ ref('fct_monthly_trade_vintages') }} as vintages
    where
        vintages.reported_in = vintages.release_id
        and vintages.print_number <= 24
),

months as (
    select
        prints.*,
        series.flow,
        {{ month_number('prints.month_date') }} as month_number,
        year(prints.month_date) as year,
        month(prints.month_date) as month,
        case series.flow
            when 'exports' then prints.exports_musd
            when 'imports' then prints.imports_musd
            when 'balance' then prints.balance_musd
        end as value_musd
    from prints
    inner join {{ ref('dim_series') }} as series
        on prints.component = series.component
),

years_to_date as (
    select
        *,
        case
            when
                count(*) over (
                    partition by edition, component, flow, year order by month
                ) = month
                then
                    sum(value_musd) over (
                        partition by edition, component, flow, year order by month
                    )
        end as year_to_date_musd
    from months
),

sums as (
    select
        *,
        {{ sum_over(series, 1, 1) }} as month_before_musd,
        {{ sum_over(series, 12, 12) }} as year_before_musd,
        {{ sum_over(series, 2, 0) }} as three_months_musd,
        {{ sum_over(series, 3, 1) }} as three_months_month_before_musd,
        {{ sum_over(series, 14, 12) }} as three_months_year_before_musd,
        max(year_to_date_musd) over (
            partition by edition, component, flow
            order by month_number
            range between 12 preceding and 12 preceding
        ) as year_to_date_year_before_musd
    from years_to_date
),

operands as (
    select
        sums.release_id,
        sums.month_date,
        subjects.subject,
        measures.measure,
        measures.form,
        measures.unit,
        100 * subjects.sort_order + measures.sort_order as sort_order,
        case measures.span when 'three_months' then 3 else 1 end as divisor,
        subjects.coefficient * case measures.span
            when 'month' then sums.value_musd
            when 'three_months' then sums.three_months_musd
            when 'year_to_date' then sums.year_to_date_musd
        end as sum_musd,
        subjects.coefficient * case (measures.span || ' ' || measures.compared_with)
            when 'month month_before' then sums.month_before_musd
            when 'month year_before' then sums.year_before_musd
            when 'three_months month_before' then sums.three_months_month_before_musd
            when 'three_months year_before' then sums.three_months_year_before_musd
            when 'year_to_date year_before' then sums.year_to_date_year_before_musd
        end as base_musd
    from sums
    inner join {{ ref('highlight_subjects') }} as subjects
        on
            sums.component = subjects.component
            and sums.flow = subjects.flow
    cross join {{ ref('highlight_measures') }} as measures
    where sums.is_told
),

told as (
    select
        *,
        case form
            when 'level' then sum_musd
            when 'base' then base_musd
            when 'change' then sum_musd - base_musd
            when 'change_pct' then 100 * (sum_musd - base_musd)
        end as numerator,
        case
            when unit = 'usd_bn' then 1000 * divisor
            when sum_musd >= 0 and base_musd > 0 then base_musd
            when sum_musd <= 0 and base_musd < 0 then base_musd
        end as denominator,
        case
            when sum_musd < 0 and base_musd > 0 then 'swing'
            when sum_musd > 0 and base_musd < 0 then 'swing'
            when sum_musd = base_musd then 'same'
            when base_musd = 0 then 'from_zero'
            when abs(sum_musd) > abs(base_musd) then 'up'
            when abs(sum_musd) < abs(base_musd) then 'down'
        end as movement,
        case form when 'base' then base_musd else sum_musd end < 0 as is_below_zero
    from operands
),

expected as (
    select *
    from told
    where
        numerator is not null
        and denominator is not null
),

beside as (
    select
        coalesce(expected.release_id, found.release_id) as release_id,
        coalesce(expected.month_date, found.month_date) as month_date,
        coalesce(expected.subject, found.subject) as subject,
        coalesce(expected.measure, found.measure) as measure,
        expected.form,
        expected.unit,
        expected.sort_order,
        expected.numerator,
        expected.denominator,
        expected.movement,
        expected.is_below_zero,
        found.unit as found_unit,
        found.sort_order as found_sort_order,
        found.value,
        found.exact_value,
        found.sentence
    from expected
    full join {{ ref('mart_trade_highlights') }} as found
        on
            expected.release_id = found.release_id
            and expected.month_date = found.month_date
            and expected.subject = found.subject
            and expected.measure = found.measure
),

patterns as (
    select
        beside.*,
        {{ filled_in(
            'case when beside.movement is null then measures.sentence_without_base '
            ~ 'else measures.sentence end',
            {
                'moved': 'movements.moved',
                'subject': name_of_side('name', 'beside'),
                'average_subject': name_of_side('average', 'beside'),
                'was': 'subjects.verb',
                'amount': amount_in_words('beside.value', 'units'),
                'month': "months.month_name || ' ' || " ~ whole('months.year'),
                'compared': "'%'",
                'side': "'%'",
                'same_period': "'%'",
                'previous_month': "'%'",
                'full_previous_month': "'%'",
                'year_ago_month': "'%'",
            }
        ) }} as pattern
    from beside
    left join {{ ref('highlight_subjects') }} as subjects
        on beside.subject = subjects.subject
    left join {{ ref('highlight_measures') }} as measures
        on beside.measure = measures.measure
    left join {{ ref('highlight_movements') }} as movements
        on beside.movement = movements.movement
    left join {{ ref('highlight_units') }} as units
        on beside.unit = units.unit
    left join {{ ref('dim_month') }} as months
        on beside.month_date = months.month_date
)

select *
from patterns
where
    unit is distinct from found_unit
    or sort_order is distinct from found_sort_order
    or exact_value is null
    or not {{ is_ratio('exact_value', 'numerator', 'denominator', 9) }}
    or value is distinct from round(exact_value, 1)
    or not coalesce(lower(sentence) like lower(pattern), false)
    or sentence != replace(sentence, '{', '')
    or substr(sentence, 1, 1) != upper(substr(sentence, 1, 1))
