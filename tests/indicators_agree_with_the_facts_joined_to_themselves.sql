-- The transforms are window functions over the cells; here the same is asked of the
-- facts, by joining a month to the months it is compared with. Units: millions. Grain
-- of a failure: a month, component and flow, with both answers.
with facts as (
    select
        month_date,
        component,
        exports_musd,
        imports_musd,
        balance_musd
    from {{ ref('fct_monthly_trade') }}
),

months as (
    select
        month_date,
        component,
        replace(flow_column, '_musd', '') as flow,
        value_musd
    from facts
    unpivot (value_musd for flow_column in (exports_musd, imports_musd, balance_musd))
),

joined as (
    select
        months.month_date,
        months.component,
        months.flow,
        months.value_musd,
        months.value_musd - sum(others.value_musd) filter (
            where datediff('month', others.month_date, months.month_date) = 1
        ) as change_musd,
        months.value_musd - sum(others.value_musd) filter (
            where datediff('month', others.month_date, months.month_date) = 12
        ) as change_from_year_ago_musd,
        sum(others.value_musd) filter (
            where year(others.month_date) = year(months.month_date)
        ) as year_to_date_musd,
        year_to_date_musd - sum(others.value_musd) filter (
            where
            year(others.month_date) = year(months.month_date) - 1
            and month(others.month_date) <= month(months.month_date)
        ) as year_to_date_change_musd,
        sum(others.value_musd) filter (
            where datediff('month', others.month_date, months.month_date) < 3
        ) as three_month_sum_musd,
        three_month_sum_musd - sum(others.value_musd) filter (
            where
            datediff('month', others.month_date, months.month_date) between 12 and 14
        ) as three_month_sum_change_from_year_ago_musd
    from months
    inner join months as others
        on
            months.component = others.component
            and months.flow = others.flow
            and months.month_date >= others.month_date
            and others.month_date > months.month_date - interval 24 month
    group by months.month_date, months.component, months.flow, months.value_musd
),

indicators as (
    select * from {{ ref('mart_trade_indicators') }}
)

select
    joined.*,
    indicators.change_musd as indicators_change_musd,
    indicators.change_from_year_ago_musd as indicators_change_from_year_ago_musd,
    indicators.year_to_date_musd as indicators_year_to_date_musd,
    indicators.year_to_date_change_musd as indicators_year_to_date_change_musd,
    indicators.three_month_average_musd,
    indicators.three_month_average_change_from_year_ago_musd
from joined
full join indicators
    on
        joined.month_date = indicators.month_date
        and joined.component = indicators.component
        and joined.flow = indicators.flow
where
    joined.value_musd is distinct from indicators.value_musd
    or joined.change_musd is distinct from indicators.change_musd
    or joined.change_from_year_ago_musd
    is distinct from indicators.change_from_year_ago_musd
    or joined.year_to_date_musd is distinct from indicators.year_to_date_musd
    or joined.year_to_date_change_musd
    is distinct from indicators.year_to_date_change_musd
    or round(joined.three_month_sum_musd / 3, 2)
    != round(indicators.three_month_average_musd, 2)
    or abs(
        joined.three_month_sum_change_from_year_ago_musd
        - 3 * indicators.three_month_average_change_from_year_ago_musd
    ) > 0.0015
