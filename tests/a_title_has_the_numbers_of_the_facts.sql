-- The numbers of titles by other sums, from the facts and the audit, in their order and
-- rounded once. A change that rounds to nothing is told in words. Grain of a failure: a
-- title, with the pattern that it is not like.
with latest as (
    select trade.*
    from {{ ref('fct_monthly_trade') }} as trade
    inner join {{ ref('dim_month') }} as months on trade.month_date = months.month_date
    where months.is_latest
),

so_far as (
    select
        trade.*,
        trade.component = 'goods' as is_goods,
        latest.month_date as last_month
    from {{ ref('fct_monthly_trade') }} as trade
    inner join latest
        on
            trade.component = latest.component
            and trade.month_date > latest.month_date - interval 12 month
),

residuals as (
    select
        residuals.*,
        releases.cell_count
    from {{ ref('fct_reconciliation') }} as residuals
    inner join {{ ref('dim_release') }} as releases
        on residuals.release_id = releases.release_id
    where releases.is_latest
),

patterns as (
    select
        'balance' as picture,
        concat(
            '%$',
            {{ size_in_words('balance_musd / 1000.0') }},
            ' billion in ',
            {{ month_words('month_date') }},
            '%'
        ) as pattern
    from latest
    where component = 'total'
    union all
    select
        'goods_services' as picture,
        concat(
            '%',
            cast(
                cast(
                    round(
                        -100.0 * sum(case when is_goods then 0 else balance_musd end)
                        / sum(case when is_goods then balance_musd end)
                    ) as bigint
                ) as string
            ),
            ' percent of the goods deficit%twelve months%'
        ) as pattern
    from so_far
    where component != 'total'
    having
        count(*) = 24
        and sum(case when is_goods then balance_musd end) < 0
        and sum(case when is_goods then 0 else balance_musd end) > 0
    union all
    select
        'year_ago' as picture,
        concat_ws(
            ' percent%',
            {% for flow in ['exports', 'imports'] %}
                '%' || {{ size_in_words(
                    '(latest.' ~ flow ~ '_musd - ago.' ~ flow ~ '_musd)'
                    ~ ' * 100.0 / ago.' ~ flow ~ '_musd'
                ) }},
            {% endfor %}
            ''
        ) as pattern
    from latest
    inner join {{ ref('fct_monthly_trade') }} as ago
        on
            latest.component = ago.component
            and latest.month_date = ago.month_date + interval 1 year
    where
        latest.component = 'total'
        and abs(latest.exports_musd - ago.exports_musd) >= 0.0005 * ago.exports_musd
        and abs(latest.imports_musd - ago.imports_musd) >= 0.0005 * ago.imports_musd
    union all
    select
        'year_to_date' as picture,
        concat(
            '%$', {{ size_in_words('sum(balance_musd) / 1000.0') }}, ' billion%'
        ) as pattern
    from so_far
    where
        component = 'total'
        and year(month_date) = year(last_month)
    having count(*) = max(month(last_month))
    union all
    select
        'audit' as picture,
        concat_ws(
            '%', {{ grouped('max(cell_count)') }}, {{ grouped('count(*)') }}, ''
        ) as pattern
    from residuals
    union all
    select
        'row_residuals' as picture,
        concat_ws(
            '%',
            '',
            {{ grouped('sum(case when residual_musd = 0 then 0 else 1 end)') }},
            {{ grouped('count(*)') }},
            ''
        ) as pattern
    from residuals
    where identity_family in ('balance', 'component')
    having max(abs(residual_musd)) > 0
    union all
    select
        'z_scores' as picture,
        concat('%', min(year(period_start)), '%', max(year(period_start))) as pattern
    from residuals
    where
        identity_family = 'period'
        and period_type in ('year', 'part_year')
        and status = 'unlikely'
    having min(year(period_start)) < max(year(period_start))
)

select
    patterns.*,
    captions.sentence
from patterns
left join {{ ref('mart_captions') }} as captions
    on
        patterns.picture = captions.picture
        and captions.part = 'title'
where not coalesce(captions.sentence like patterns.pattern, false)
