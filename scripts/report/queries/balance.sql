-- The nine series in each unit of the explorer; a quarter stands with its last month.
select
    months.month_date,
    months.flow || '_' || months.component as series_id,
    months.value_busd as level,
    months.change_busd as change,
    months.change_from_year_ago_pct as year_ago,
    months.three_month_average_busd as average,
    months.year_to_date_busd as year_to_date,
    case months.flow
        when 'exports' then quarters.exports_busd
        when 'imports' then quarters.imports_busd
        else quarters.balance_busd
    end as quarter
from marts.mart_trade_indicators as months
left join marts.fct_quarterly_trade as quarters
    on
        months.component = quarters.component
        and year(months.month_date) = quarters.year
        and month(months.month_date) = 3 * quarters.quarter
        and quarters.is_full_quarter
order by months.sort_order, months.month_date;
