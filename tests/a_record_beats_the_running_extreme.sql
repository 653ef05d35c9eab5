-- A record high is above the highest of all months before it, a record low below the
-- lowest; no month between this one and the one that it names was as high, or as low,
-- and that one was; and a streak is one longer than that of the month before, or begins
-- anew. After a month that is missing there is nothing before. Units: millions. Grain
-- of a failure: a month, component and flow.
{% set highest %}
    greatest(
        running.value_musd, coalesce(running.highest_before_musd, running.value_musd)
    )
{%- endset %}

with months as (
    select
        facts.month_date,
        series.component,
        series.flow,
        series.sort_order,
        {{ month_number('facts.month_date') }} as month_number,
        case series.flow
            when 'exports' then facts.exports_musd
            when 'imports' then facts.imports_musd
            when 'balance' then facts.balance_musd
        end as value_musd
    from {{ ref('fct_monthly_trade') }} as facts
    inner join {{ ref('dim_series') }} as series
        on facts.component = series.component
),

found as (
    select
        coalesce(months.month_date, records.month_date) as month_date,
        coalesce(months.component, records.component) as component,
        coalesce(months.flow, records.flow) as flow,
        months.month_number,
        months.sort_order,
        months.value_musd,
        records.sort_order as found_sort_order,
        records.value_musd as found_value_musd,
        records.value_busd,
        records.streak_months,
        records.highest_since,
        records.lowest_since,
        records.record_high_month,
        records.record_low_month,
        records.from_record_high_pct,
        records.is_record_high,
        records.is_record_low,
        months.month_number - row_number() over (
            partition by months.component, months.flow order by months.month_number
        ) as stretch
    from months
    full join {{ ref('mart_trade_records') }} as records
        on
            months.month_date = records.month_date
            and months.component = records.component
            and months.flow = records.flow
),

running as (
    select
        *,
        max(value_musd) over earlier_months as highest_before_musd,
        min(value_musd) over earlier_months as lowest_before_musd,
        lag(value_musd) over stretch_in_order as value_before_musd,
        lag(streak_months) over stretch_in_order as streak_before,
        lag(record_high_month) over stretch_in_order as high_month_before,
        lag(record_low_month) over stretch_in_order as low_month_before
    from found
    window
        stretch_in_order as (
            partition by component, flow, stretch order by month_number
        ),
        earlier_months as (
            partition by component, flow, stretch
            order by month_number
            rows between unbounded preceding and 1 preceding
        )
),

between_times as (
    select
        running.month_date,
        running.component,
        running.flow,
        max(
            case
                when others.month_date > running.highest_since then others.value_musd
            end
        ) as highest_between_musd,
        max(
            case
                when others.month_date = running.highest_since then others.value_musd
            end
        ) as highest_since_musd,
        min(
            case
                when others.month_date > running.lowest_since then others.value_musd
            end
        ) as lowest_between_musd,
        min(
            case
                when others.month_date = running.lowest_since then others.value_musd
            end
        ) as lowest_since_musd
    from running
    inner join running as others
        on
            running.component = others.component
            and running.flow = others.flow
            and running.stretch = others.stretch
            and running.month_number > others.month_number
    group by running.month_date, running.component, running.flow
)

select
    running.*,
    between_times.highest_between_musd,
    between_times.highest_since_musd,
    between_times.lowest_between_musd,
    between_times.lowest_since_musd
from running
left join between_times
    on
        running.month_date = between_times.month_date
        and running.component = between_times.component
        and running.flow = between_times.flow
where
    running.sort_order is distinct from running.found_sort_order
    or running.value_musd is distinct from running.found_value_musd
    or running.value_musd is distinct from 1000 * running.value_busd
    or running.is_record_high
    is distinct from (running.value_musd > running.highest_before_musd)
    or running.is_record_low
    is distinct from (running.value_musd < running.lowest_before_musd)
    or (running.highest_since is null)
    is distinct from coalesce(running.is_record_high, true)
    or (running.lowest_since is null)
    is distinct from coalesce(running.is_record_low, true)
    or running.record_high_month is distinct from case
        when running.value_musd <= running.highest_before_musd
            then running.high_month_before
        else running.month_date
    end
    or running.record_low_month is distinct from case
        when running.value_musd >= running.lowest_before_musd
            then running.low_month_before
        else running.month_date
    end
    or not {{ is_ratio(
        'running.from_record_high_pct',
        '(100 * (running.value_musd - ' ~ highest ~ '))',
        '(case when running.value_musd >= 0 and ' ~ highest ~ ' > 0'
        ~ ' or running.value_musd <= 0 and ' ~ highest ~ ' < 0 then ' ~ highest ~ ' end)',
        9
    ) }}
    or between_times.highest_between_musd >= running.value_musd
    or between_times.lowest_between_musd <= running.value_musd
    or (
        running.highest_since is not null
        and coalesce(between_times.highest_since_musd < running.value_musd, true)
    )
    or (
        running.lowest_since is not null
        and coalesce(between_times.lowest_since_musd > running.value_musd, true)
    )
    or running.streak_months is distinct from case
        when running.value_musd > running.value_before_musd
            then greatest(coalesce(running.streak_before, 0), 0) + 1
        when running.value_musd < running.value_before_musd
            then least(coalesce(running.streak_before, 0), 0) - 1
        when running.value_musd = running.value_before_musd then 0
    end
