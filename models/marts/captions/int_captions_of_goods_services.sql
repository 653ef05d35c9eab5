-- In twelve months where there are as many, and else in one.
with balances as (
    select
        shares.month_date,
        shares.span,
        shares.services_pct_of_goods_deficit as paid_for_pct,
        case shares.span
            when 'month' then goods.value_busd
            else goods.trailing_12_months_busd
        end as goods_busd,
        case shares.span
            when 'month' then services.value_busd
            else services.trailing_12_months_busd
        end as services_busd,
        case shares.span when 'month' then 2 else 1 end as choice
    from {{ ref('mart_trade_shares') }} as shares
    inner join {{ ref('mart_trade_indicators') }} as goods
        on
            shares.month_date = goods.month_date
            and goods.component = 'goods'
            and goods.flow = 'balance'
    inner join {{ ref('mart_trade_indicators') }} as services
        on
            shares.month_date = services.month_date
            and services.component = 'services'
            and services.flow = 'balance'
    where shares.span in ('month', 'twelve_months')
),

ranked as (
    select
        *,
        row_number() over (order by month_date desc, choice asc) as from_last,
        row_number() over (order by choice asc, month_date asc) as from_first
    from balances
),

facts as (
    select
        latest.*,
        periods.template as period_words,
        earliest.month_date as first_month,
        earliest.paid_for_pct as first_paid_for_pct,
        case
            when latest.paid_for_pct is null then 'title_sides'
            when
                earliest.paid_for_pct is null
                or earliest.choice != latest.choice
                or earliest.month_date = latest.month_date
                then 'title_latest'
            else 'title_then_and_now'
        end as title_case
    from ranked as latest
    inner join ranked as earliest
        on
            latest.from_last = 1
            and earliest.from_first = 1
    inner join {{ ref('sentences') }} as periods
        on
            periods.topic = 'period'
            and latest.span = periods.sentence_case
)

{{ captions(
    'goods_services',
    {'title': 'facts.title_case', 'alternative_text': "'alternative_text'"},
    {
        'period': 'facts.period_words',
        'month': month_words('facts.month_date'),
        'first_month': month_words('facts.first_month'),
        'paid_for': grouped('cast(round(facts.paid_for_pct) as bigint)'),
        'first_paid_for': grouped('cast(round(facts.first_paid_for_pct) as bigint)'),
        'goods_side': side('facts.goods_busd'),
        'goods': size_in_words('facts.goods_busd'),
        'services_side': side('facts.services_busd'),
        'services': size_in_words('facts.services_busd'),
    }
) }}
