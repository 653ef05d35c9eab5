-- A record high is above the highest of all months before it, a record low below the
-- lowest; and no month between this one and the one that it names was as high, or as
-- low. Units: millions. Grain of a failure: a month, component and flow.
with records as (
    select
        *,
        max(value_musd) over earlier_months as highest_before_musd,
        min(value_musd) over earlier_months as lowest_before_musd
    from {{ ref('mart_trade_records') }}
    window earlier_months as (
        partition by component, flow
        order by month_date
        rows between unbounded preceding and 1 preceding
    )
),

between_times as (
    select
        records.month_date,
        records.component,
        records.flow,
        max(others.value_musd) filter (where others.month_date > records.highest_since)
            as highest_between_musd,
        max(others.value_musd) filter (where others.month_date = records.highest_since)
            as highest_since_musd,
        min(others.value_musd) filter (where others.month_date > records.lowest_since)
            as lowest_between_musd,
        min(others.value_musd) filter (where others.month_date = records.lowest_since)
            as lowest_since_musd
    from records
    inner join records as others
        on
            records.component = others.component
            and records.flow = others.flow
            and records.month_date > others.month_date
    group by records.month_date, records.component, records.flow
)

select
    records.*,
    between_times.highest_between_musd,
    between_times.highest_since_musd,
    between_times.lowest_between_musd,
    between_times.lowest_since_musd
from records
left join between_times
    on
        records.month_date = between_times.month_date
        and records.component = between_times.component
        and records.flow = between_times.flow
where
    records.is_record_high is distinct from
    (records.value_musd > records.highest_before_musd)
    or records.is_record_low is distinct from
    (records.value_musd < records.lowest_before_musd)
    or coalesce(between_times.highest_between_musd >= records.value_musd, false)
    or coalesce(between_times.highest_since_musd < records.value_musd, false)
    or coalesce(between_times.lowest_between_musd <= records.value_musd, false)
    or coalesce(between_times.lowest_since_musd > records.value_musd, false)
