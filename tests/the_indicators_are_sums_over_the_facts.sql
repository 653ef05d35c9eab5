-- The sums are windows over the months of the facts, where the model joins them; a
-- percent or an average is right if, multiplied back, it gives the sum again. A change
-- is compared with the month, the three months or the year to date of a month or a year
-- before. Units: millions, billions, percent. Grain of a failure: a month, component
-- and flow.
{% set series = 'component, flow' %}

with months as (
    select
        facts.month_date,
        facts.component,
        series.flow,
        series.sort_order,
        facts.release_id,
        {{ month_number('facts.month_date') }} as month_number,
        year(facts.month_date) as year,
        month(facts.month_date) as month,
        case series.flow
            when 'exports' then facts.exports_musd
            when 'imports' then facts.imports_musd
            when 'balance' then facts.balance_musd
        end as value_musd
    from {{ ref('fct_monthly_trade') }} as facts
    inner join {{ ref('dim_series') }} as series
        on facts.component = series.component
),

sums as (
    select
        *,
        {{ sum_over(series, 1, 1) }} as month_ago_musd,
        {{ sum_over(series, 12, 12) }} as year_ago_musd,
        {{ sum_over(series, 2, 0) }} as three_months_musd,
        {{ sum_over(series, 3, 1) }} as three_months_month_ago_musd,
        {{ sum_over(series, 14, 12) }} as three_months_year_ago_musd,
        {{ sum_over(series, 11, 0) }} as twelve_months_musd,
        case
            when count(*) over around = 13
                then
                    2 * sum(value_musd) over around
                    - first_value(value_musd) over around
                    - last_value(value_musd) over around
        end as twice_around_musd,
        case
            when
                count(*) over (partition by component, flow, year order by month)
                = month
                then
                    sum(value_musd)
                        over (partition by component, flow, year order by month)
        end as year_to_date_musd
    from months
    window
        around as (
            partition by {{ series }}
            order by month_number
            range between 6 preceding and 6 following
        )
),

expected as (
    select
        *,
        max(year_to_date_musd) over (
            partition by component, flow
            order by month_number
            range between 12 preceding and 12 preceding
        ) as year_to_date_year_ago_musd
    from sums
)

select
    expected.*,
    indicators.*
from expected
full join {{ ref('mart_trade_indicators') }} as indicators
    on
        expected.month_date = indicators.month_date
        and expected.component = indicators.component
        and expected.flow = indicators.flow
where
    expected.sort_order is distinct from indicators.sort_order
    or expected.release_id is distinct from indicators.release_id
    or expected.value_musd is distinct from indicators.value_musd
    or expected.value_musd is distinct from 1000 * indicators.value_busd
    or expected.value_musd - expected.month_ago_musd
    is distinct from indicators.change_musd
    or indicators.change_musd is distinct from 1000 * indicators.change_busd
    or expected.value_musd - expected.year_ago_musd
    is distinct from indicators.change_from_year_ago_musd
    or indicators.change_from_year_ago_musd
    is distinct from 1000 * indicators.change_from_year_ago_busd
    or expected.year_to_date_musd is distinct from indicators.year_to_date_musd
    or expected.year_to_date_musd is distinct from 1000 * indicators.year_to_date_busd
    or expected.year_to_date_musd - expected.year_to_date_year_ago_musd
    is distinct from indicators.year_to_date_change_musd
    or expected.twelve_months_musd is distinct from indicators.trailing_12_months_musd
    or expected.twelve_months_musd
    is distinct from 1000 * indicators.trailing_12_months_busd
    {% for ratio, numerator, denominator, decimals in [
        ('three_month_average_musd', 'expected.three_months_musd', 3, 3),
        ('three_month_average_busd', 'expected.three_months_musd', 3000, 6),
        (
            'three_month_average_change_musd',
            '(expected.three_months_musd - expected.three_months_month_ago_musd)', 3, 3
        ),
        (
            'three_month_average_change_from_year_ago_musd',
            '(expected.three_months_musd - expected.three_months_year_ago_musd)', 3, 3
        ),
    ] %}
        or not {{ is_ratio('indicators.' ~ ratio, numerator, denominator, decimals) }}
    {% endfor %}
    -- Of a deficit that turned into a surplus, there is no percent.
    {% for ratio, times, value, base in [
        ('change_pct', 1, 'value', 'month_ago'),
        ('change_from_year_ago_pct', 1, 'value', 'year_ago'),
        ('year_to_date_change_pct', 1, 'year_to_date', 'year_to_date_year_ago'),
        ('from_centred_average_pct', 24, 'value', 'twice_around'),
    ] %}
        or not {{ is_ratio(
            'indicators.' ~ ratio,
            '(100 * (' ~ times ~ ' * expected.' ~ value ~ '_musd - expected.' ~ base ~ '_musd))',
            '(case when expected.' ~ value ~ '_musd >= 0 and expected.' ~ base ~ '_musd > 0'
            ~ ' or expected.' ~ value ~ '_musd <= 0 and expected.' ~ base ~ '_musd < 0'
            ~ ' then expected.' ~ base ~ '_musd end)',
            9
        ) }}
    {% endfor %}
