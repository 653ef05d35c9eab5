with months as (
    select
        month_date,
        component,
        flow,
        sum_musd as value_musd,
        {{ month_number('month_date') }} as month_number,
        sign(sum_musd - month_ago_sum_musd) as direction
    from {{ ref('int_series_sums') }}
    where
        is_current
        and span = 'month'
),

-- After a month that no release prints everything begins anew.
stretches as (
    select
        *,
        month_number - row_number() over (
            partition by component, flow order by month_number
        ) as stretch
    from months
),

-- Each month beside all that came before it.
compared as (
    select
        stretches.month_date,
        stretches.component,
        stretches.flow,
        stretches.value_musd,
        stretches.direction,
        stretches.month_number,
        count(earlier.month_date) as earlier_months,
        max(
            case
                when earlier.value_musd >= stretches.value_musd then earlier.month_date
            end
        )
            as highest_since,
        max(
            case
                when earlier.value_musd <= stretches.value_musd then earlier.month_date
            end
        )
            as lowest_since,
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
        stretches.value_musd,
        stretches.direction,
        stretches.month_number
)

select
    compared.month_date,
    compared.component,
    compared.flow,
    series.sort_order,
    compared.value_musd,
    {{ busd('compared.value_musd') }} as value_busd,
    cast(
        compared.direction
        * (compared.month_number - compared.last_of_another_direction)
        as integer
    ) as streak_months,
    compared.highest_since,
    compared.lowest_since,
    -- The first month has nothing to beat: null, neither true nor false.
    case when compared.earlier_months > 0 then compared.highest_since is null end
        as is_record_high,
    case when compared.earlier_months > 0 then compared.lowest_since is null end
        as is_record_low
from compared
inner join {{ ref('series') }} as series
    on
        compared.component = series.component
        and compared.flow = series.flow
order by compared.month_date, series.sort_order
