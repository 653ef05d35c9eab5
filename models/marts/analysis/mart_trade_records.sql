with months as (
    select
        month_date,
        component,
        flow,
        sort_order,
        month_musd as value_musd,
        {{ month_number('month_date') }} as month_number,
        sign(month_musd - month_ago_musd) as direction
    from {{ ref('int_series_sums') }}
    where is_current
),

-- Start again after a gap.
stretches as (
    select
        *,
        month_number - row_number() over (
            partition by component, flow order by month_number
        ) as stretch
    from months
),

-- Each month with all months before it.
compared as (
    select
        stretches.month_date,
        stretches.component,
        stretches.flow,
        stretches.sort_order,
        stretches.value_musd,
        stretches.direction,
        stretches.month_number,
        stretches.stretch,
        count(earlier.month_date) as earlier_months,
        max(
            case
                when earlier.value_musd >= stretches.value_musd then earlier.month_date
            end
        ) as highest_since,
        max(
            case
                when earlier.value_musd <= stretches.value_musd then earlier.month_date
            end
        ) as lowest_since,
        max(
            case
                when earlier.direction = stretches.direction then 0
                else earlier.month_number
            end
        ) as last_of_another_direction
    from stretches
    left join stretches as earlier
        on
            stretches.component = earlier.component
            and stretches.flow = earlier.flow
            and stretches.stretch = earlier.stretch
            and stretches.month_number > earlier.month_number
    group by
        stretches.month_date,
        stretches.component,
        stretches.flow,
        stretches.sort_order,
        stretches.value_musd,
        stretches.direction,
        stretches.month_number,
        stretches.stretch
),

-- A month that beats all before it is the record until another beats it. Records count
-- from 1992; a maximum of fewer months is no record.
so_far as (
    select
        *,
        min(month_date) over months_so_far = date '1992-01-01' as has_all_months,
        max(value_musd) over months_so_far as record_high_musd,
        max(case when highest_since is null then month_date end) over months_so_far
            as record_high_month,
        max(case when lowest_since is null then month_date end) over months_so_far
            as record_low_month
    from compared
    window
        months_so_far as (
            partition by component, flow, stretch order by month_number
        )
)

select
    so_far.month_date,
    so_far.component,
    so_far.flow,
    so_far.sort_order,
    so_far.value_musd,
    {{ busd('so_far.value_musd') }} as value_busd,
    cast(
        so_far.direction * (so_far.month_number - so_far.last_of_another_direction)
        as integer
    ) as streak_months,
    so_far.highest_since,
    so_far.lowest_since,
    case when so_far.has_all_months then so_far.record_high_month end
        as record_high_month,
    case when so_far.has_all_months then so_far.record_low_month end
        as record_low_month,
    -- For a balance it would compare with the largest surplus or smallest deficit.
    case
        when so_far.has_all_months and so_far.flow != 'balance'
            then {{ percent_change('so_far.value_musd', 'so_far.record_high_musd') }}
    end as from_record_high_pct,
    -- Null, not false: the first month has nothing to beat.
    case
        when so_far.has_all_months and so_far.earlier_months > 0
            then so_far.highest_since is null
    end as is_record_high,
    case
        when so_far.has_all_months and so_far.earlier_months > 0
            then so_far.lowest_since is null
    end as is_record_low
from so_far
order by so_far.month_date, so_far.sort_order
