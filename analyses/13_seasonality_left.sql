-- Is there seasonality left in the seasonally adjusted months? For each month of the
-- year, how far it lies on average from the centred twelve-month average around it, in
-- percent, and that mean in standard errors (t). Twelve months are looked at: one of
-- them beyond 2 is no news.
with months as (
    select
        months.month_number,
        months.month_name,
        centre.flow,
        -- The two spans of twelve months that straddle the month, which is the
        -- seventh of one and the sixth of the other.
        100 * (
            24 * centre.value_musd
            / (ends_in_5.trailing_12_months_musd + ends_in_6.trailing_12_months_musd)
            - 1
        ) as deviation_pct
    from marts.mart_trade_indicators as centre
    inner join marts.mart_trade_indicators as ends_in_5
        on
            centre.component = ends_in_5.component
            and centre.flow = ends_in_5.flow
            and centre.month_date + interval 5 month = ends_in_5.month_date
    inner join marts.mart_trade_indicators as ends_in_6
        on
            centre.component = ends_in_6.component
            and centre.flow = ends_in_6.flow
            and centre.month_date + interval 6 month = ends_in_6.month_date
    inner join marts.dim_month as months on centre.month_date = months.month_date
    where
        centre.component = 'total'
        and centre.flow in ('exports', 'imports')
        and ends_in_5.trailing_12_months_musd is not null
),

means as (
    select
        month_number,
        month_name,
        flow,
        count(*) as years,
        avg(deviation_pct) as mean_pct,
        stddev_samp(deviation_pct) / sqrt(count(*)) as standard_error_pct
    from months
    group by month_number, month_name, flow
)

select
    exports.month_name as month,
    exports.years,
    cast(exports.mean_pct as decimal(9, 2)) as exports_pct,
    cast(exports.mean_pct / exports.standard_error_pct as decimal(9, 1)) as exports_t,
    cast(imports.mean_pct as decimal(9, 2)) as imports_pct,
    cast(imports.mean_pct / imports.standard_error_pct as decimal(9, 1)) as imports_t
from means as exports
inner join means as imports on exports.month_number = imports.month_number
where
    exports.flow = 'exports'
    and imports.flow = 'imports'
order by exports.month_number;
