with sums as (
    select * from {{ ref('int_series_sums') }}
    where is_front_page
),

-- A deficit is minus the balance: the subject's coefficient is -1.
operands as (
    select
        sums.release_id,
        sums.month_date,
        subjects.subject,
        measures.measure,
        measures.form,
        measures.unit,
        case measures.span when 'three_months' then 3 else 1 end as divisor,
        100 * subjects.sort_order + measures.sort_order as sort_order,
        subjects.coefficient * case measures.span
            when 'month' then sums.month_musd
            when 'three_months' then sums.three_months_musd
            when 'year_to_date' then sums.year_to_date_musd
        end as sum_musd,
        subjects.coefficient * case concat(measures.span, ' ', measures.compared_with)
            when 'month month_before' then sums.month_ago_musd
            when 'month year_before' then sums.year_ago_musd
            when 'three_months month_before' then sums.three_months_month_ago_musd
            when 'three_months year_before' then sums.three_months_year_ago_musd
            when 'year_to_date year_before' then sums.year_to_date_year_ago_musd
        end as base_musd
    from sums
    inner join {{ ref('highlight_subjects') }} as subjects
        on
            sums.component = subjects.component
            and sums.flow = subjects.flow
    cross join {{ ref('highlight_measures') }} as measures
),

-- Every number is a ratio of two whole numbers, so it is rounded once.
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
        end as denominator,
        -- Zero stays on the side it came from: a surplus falls to zero.
        case
            when form = 'base' or sum_musd = 0 then coalesce(base_musd, 0)
            else sum_musd
        end < 0 as is_below_zero
    from operands
)

select
    release_id,
    month_date,
    subject,
    measure,
    form,
    unit,
    sort_order,
    -- The sentence describes the size of the deficit or surplus.
    case
        when base_musd is null then null
        when sign(sum_musd) * sign(base_musd) < 0 then 'swing'
        when sum_musd = base_musd then 'same'
        when base_musd = 0 then 'from_zero'
        when abs(sum_musd) > abs(base_musd) then 'up'
        else 'down'
    end as movement,
    {{ ratio('numerator', 'denominator', 1) }} as value,
    {{ ratio('numerator', 'denominator', 9) }} as exact_value,
    {{ ratio('base_musd', '(1000 * divisor)', 1) }} as base_busd,
    {{ ratio('(sum_musd - base_musd)', '(1000 * divisor)', 1) }} as change_busd,
    {{ ratio(
        '(100 * (sum_musd - base_musd))', percent_base('sum_musd', 'base_musd'), 1
    ) }} as change_pct,
    is_below_zero
from ratios
-- A change without a base gets no row.
where
    numerator is not null
    and denominator is not null
