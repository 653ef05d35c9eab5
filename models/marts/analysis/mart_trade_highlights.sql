with gate as (
    select * from {{ ref('int_release_gate') }}
),

transforms as (
    select * from {{ ref('int_series_transforms') }}
),

subjects as (
    select
        * exclude (position),
        position as subject_position
    from {{ ref('stg_highlight_subjects') }}
),

measures as (
    select
        * exclude (position),
        position as measure_position
    from {{ ref('stg_highlight_measures') }}
),

-- An older release is kept for what its own first page said: one month of it. The whole
-- history is told once, by the latest release.
months_shown as (
    select transforms.*
    from transforms
    inner join gate on transforms.release_id = gate.release_id
    qualify
        gate.is_latest
        or transforms.month_date
        = max(transforms.month_date) over (partition by transforms.release_id)
),

-- The months that a number adds up, and the sums that it can be compared with.
spans as (
    select
        release_id,
        month_date,
        component,
        flow,
        'month' as span,
        1 as divisor,
        value_musd as sum_musd,
        month_ago_musd,
        year_ago_musd
    from months_shown
    union all
    select
        release_id,
        month_date,
        component,
        flow,
        'three_months' as span,
        3 as divisor,
        three_month_sum_musd as sum_musd,
        month_ago_three_month_sum_musd as month_ago_musd,
        year_ago_three_month_sum_musd as year_ago_musd
    from months_shown
    union all
    select
        release_id,
        month_date,
        component,
        flow,
        'year_to_date' as span,
        1 as divisor,
        year_to_date_musd as sum_musd,
        null as month_ago_musd,
        year_ago_year_to_date_musd as year_ago_musd
    from months_shown
),

-- A deficit is minus a balance: the subject's coefficient turns it round.
operands as (
    select
        spans.release_id,
        spans.month_date,
        spans.divisor,
        subjects.*,
        measures.*,
        subjects.coefficient * spans.sum_musd as sum_musd,
        subjects.coefficient * case measures.compared_with
            when 'month_before' then spans.month_ago_musd
            when 'year_before' then spans.year_ago_musd
        end as base_musd
    from spans
    inner join subjects
        on
            spans.component = subjects.component
            and spans.flow = subjects.flow
    inner join measures on spans.span = measures.span
),

-- Every number is a ratio of two whole numbers, so that it is rounded once.
ratios as (
    select
        *,
        case form
            when 'level' then sum_musd
            when 'base' then base_musd
            when 'change' then sum_musd - base_musd
            when 'change_pct' then 100 * (sum_musd - base_musd)
        end as numerator,
        case unit
            when 'usd_bn' then 1000 * divisor
            when 'percent' then {{ percent_base('sum_musd', 'base_musd') }}
        end as denominator
    from operands
),

-- What has no base has no row.
numbers as (
    select
        *,
        {{ rounded_ratio('numerator', 'denominator', 1) }} as value,
        {{ rounded_ratio('numerator', 'denominator', 9) }} as exact_value,
        {{ rounded_ratio('base_musd', '(1000 * divisor)', 1) }} as base_busd,
        {{ rounded_ratio('(sum_musd - base_musd)', '(1000 * divisor)', 1) }}
            as change_busd,
        {{ rounded_ratio(
            '(100 * (sum_musd - base_musd))', percent_base('sum_musd', 'base_musd'), 1
        ) }} as change_pct
    from ratios
    where
        numerator is not null
        and denominator is not null
),

-- A deficit below zero is called a surplus, and what it does to its size is what the
-- sentence tells.
sides as (
    select
        *,
        if(form = 'base', base_musd, sum_musd) < 0 as is_below_zero,
        coalesce(sign(sum_musd) * sign(base_musd) < 0, false) as is_swing,
        if(is_below_zero, below_zero, above_zero) as side,
        if(is_below_zero, above_zero, below_zero) as other_side,
        sign(sum_musd - base_musd) * if(is_below_zero, -1, 1) as growth
    from numbers
),

words as (
    select
        *,
        if(base_musd is null, sentence_without_base, sentence) as template,
        if(is_swing and form = 'change', 'balance', side) as noun_of_side,
        concat_ws(' ', article, noun, noun_of_side) as subject_words,
        concat_ws(' ', article, 'average', noun, noun_of_side) as average_subject_words,
        {{ amount_in_words('value', 'unit') }} as amount_words,
        case
            when is_swing
                then concat_ws(' ', 'swung', amount_words, 'to a', side)
            when growth > 0 then 'increased ' || amount_words
            when growth < 0 then 'decreased ' || amount_words
            else 'changed ' || amount_words
        end as moved_words,
        {{ amount_in_words('base_busd', "'usd_bn'") }} as base_words,
        {{ amount_in_words('change_busd', "'usd_bn'") }} as change_words,
        '(' || {{ amount_in_words('change_pct', "'percent'") }} || ')'
            as change_pct_words,
        case
            when is_swing
                then concat_ws(' ', 'after a', other_side, 'of', base_words)
            when growth > 0
                then
                    concat_ws(
                        ' ', 'up', change_words, change_pct_words, 'from', base_words
                    )
            when growth < 0
                then
                    concat_ws(
                        ' ', 'down', change_words, change_pct_words, 'from', base_words
                    )
            else 'unchanged from ' || base_words
        end as compared_words,
        month_date - interval 1 month as previous_month,
        month_date - interval 1 year as year_ago_month,
        strftime(month_date, '%B %Y') as month_words,
        strftime(year_ago_month, '%B %Y') as year_ago_month_words,
        strftime(previous_month, '%B %Y') as full_previous_month_words,
        if(
            month(month_date) = 1,
            full_previous_month_words,
            monthname(previous_month)
        ) as previous_month_words,
        -- In January the year to date is the month.
        if(
            month(month_date) = 1,
            year_ago_month_words,
            'the same period of ' || year(year_ago_month)
        ) as same_period_words
    from sides
),

sentences as (
    select
        *,
        {{ filled_in('template', {
            'subject': 'subject_words',
            'average_subject': 'average_subject_words',
            'was': 'verb',
            'amount': 'amount_words',
            'moved': 'moved_words',
            'compared': 'compared_words',
            'month': 'month_words',
            'previous_month': 'previous_month_words',
            'full_previous_month': 'full_previous_month_words',
            'year_ago_month': 'year_ago_month_words',
            'same_period': 'same_period_words',
        }) }} as filled_sentence
    from words
)

select
    release_id,
    month_date,
    subject,
    measure,
    unit,
    upper(left(filled_sentence, 1)) || substr(filled_sentence, 2) as sentence,
    value,
    exact_value
from sentences
order by release_id, month_date, subject_position, measure_position
