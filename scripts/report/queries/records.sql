-- Where each series stands among all its months, how long it has been moving one way,
-- and its records so far. Of its two standings, highest since and lowest since, the one
-- that goes back further is told.
with records as (
    select
        * replace (cast(round(value_busd, 1) as decimal(18, 1)) as value_busd),
        strftime(month_date, '%B %Y') as month_words
    from marts.mart_trade_records
),

highs_and_lows as (
    select
        component,
        flow,
        arg_max(records, value_musd) as high,
        arg_min(records, value_musd) as low
    from records
    group by component, flow
),

latest as (
    select
        *,
        coalesce(highest_since, date '0001-01-01')
        <= coalesce(lowest_since, date '0001-01-01') as is_high,
        case
            when flow = 'balance' and value_musd < 0 and is_high
                then 'smallest deficit'
            when flow = 'balance' and value_musd < 0
                then 'largest deficit'
            when flow = 'balance' and is_high
                then 'largest surplus'
            when flow = 'balance'
                then 'smallest surplus'
            when is_high
                then 'highest'
            else 'lowest'
        end as extreme,
        case
            when streak_months > 0 then 'rose'
            when streak_months < 0 then 'fell'
            else 'did not change'
        end as moved,
        abs(streak_months) as streak
    from records
    where
        month_date = (
            select dim_month.month_date
            from marts.dim_month
            where dim_month.is_latest
        )
)

select
    dim_series.title as series_words,
    latest.value_busd,
    case
        when if(latest.is_high, latest.is_record_high, latest.is_record_low)
            then latest.extreme || ' on record'
        else
            latest.extreme || ' since '
            || strftime(
                if(latest.is_high, latest.highest_since, latest.lowest_since), '%B %Y'
            )
    end as standing_words,
    case
        when latest.streak > 1
            then latest.moved || ' for ' || latest.streak || ' months in a row'
        else latest.moved
    end as streak_words,
    highs_and_lows.high.value_busd as high_busd,
    highs_and_lows.high.month_words as high_month_words,
    highs_and_lows.low.value_busd as low_busd,
    highs_and_lows.low.month_words as low_month_words
from latest
inner join highs_and_lows
    on
        latest.component = highs_and_lows.component
        and latest.flow = highs_and_lows.flow
inner join marts.dim_series
    on
        latest.component = dim_series.component
        and latest.flow = dim_series.flow
order by
    list_position(['balance', 'exports', 'imports'], latest.flow),
    list_position(['total', 'goods', 'services'], latest.component);
