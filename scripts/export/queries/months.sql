-- A month that no release covers is a row without numbers, and a gap in the chart.
with calendar as (
    select
        cast(unnest(generate_series(
            min(month_date), max(month_date), interval 1 month
        )) as date) as month_date
    from marts.mart_trade_wide
)

select
    calendar.month_date as month,
    trade.exports_total_musd as exports_total,
    trade.exports_goods_musd as exports_goods,
    trade.exports_services_musd as exports_services,
    trade.imports_total_musd as imports_total,
    trade.imports_goods_musd as imports_goods,
    trade.imports_services_musd as imports_services,
    trade.balance_total_musd as balance_total,
    trade.balance_goods_musd as balance_goods,
    trade.balance_services_musd as balance_services
from calendar
left join marts.mart_trade_wide as trade on calendar.month_date = trade.month_date
order by calendar.month_date;
