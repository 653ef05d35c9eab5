-- How much of the goods deficit the services surplus makes up for, in the first and in
-- the latest twelve months.
with years as (
    select
        month_date,
        strftime(month_date, '%B %Y') as month_words,
        max(trailing_12_months_musd) filter (where component = 'goods') as goods_musd,
        max(trailing_12_months_musd) filter (where component = 'services')
            as services_musd
    from marts.mart_trade_indicators
    where flow = 'balance'
    group by month_date
    having goods_musd is not null
),

shares as (
    select
        *,
        cast(round(-100 * services_musd / goods_musd) as integer) as share,
        format('{:,.1f}', round(abs(goods_musd) * 0.001, 1)) as goods_busd,
        format('{:,.1f}', round(abs(services_musd) * 0.001, 1)) as services_busd
    from years
),

facts as (
    select
        arg_max(shares, month_date) as latest,
        arg_min(shares, month_date) as earliest,
        min(month_date) as first_month
    from shares
)

select
    case
        when
            latest.goods_musd < 0 and latest.services_musd > 0
            and earliest.goods_musd < 0 and earliest.services_musd > 0
            then
                'The services surplus made up for ' || latest.share
                || ' percent of the goods deficit in the twelve months to '
                || latest.month_words || ', and for ' || earliest.share
                || ' percent in those to ' || earliest.month_words
        else 'Goods and services in the twelve months to ' || latest.month_words
    end as title,
    'Areas by month to ' || latest.month_words
    || ': the balance of services stands above zero where it is a surplus, that of'
    || ' goods below zero where it is a deficit, and a line shows the two together. In'
    || ' the last twelve months goods came to '
    || if(latest.goods_musd < 0, 'a deficit', 'a surplus')
    || ' of $' || latest.goods_busd || ' billion and services to '
    || if(latest.services_musd < 0, 'a deficit', 'a surplus') || ' of $'
    || latest.services_busd || ' billion.' as alternative_text
from facts;
