with annual as (
    select
        *,
        cast(year(period_start) as integer) as year
    from {{ ref('int_valid_trade') }}
    where
        is_current
        and period_type in ('year', 'part_year')
),

months as (
    select
        cast(year(month_date) as integer) as year,
        component,
        cast(sum(exports_musd) as bigint) as exports_musd,
        cast(sum(imports_musd) as bigint) as imports_musd,
        cast(sum(balance_musd) as bigint) as balance_musd,
        cast(count(*) as integer) as months_covered,
        min(month_date) as first_month,
        max(month_date) as last_month
    from {{ ref('fct_monthly_trade') }}
    group by year(month_date), component
)

select
    annual.year,
    annual.component,
    annual.release_id,
    annual.line_number,
    annual.exports_musd,
    annual.imports_musd,
    annual.balance_musd,
    {{ busd('annual.exports_musd') }} as exports_busd,
    {{ busd('annual.imports_musd') }} as imports_busd,
    {{ busd('annual.balance_musd') }} as balance_busd,
    annual.balance_musd - (annual.exports_musd - annual.imports_musd)
        as balance_residual_musd,
    months.exports_musd as exports_sum_of_months_musd,
    annual.exports_musd - months.exports_musd as exports_period_residual_musd,
    months.imports_musd as imports_sum_of_months_musd,
    annual.imports_musd - months.imports_musd as imports_period_residual_musd,
    months.balance_musd as balance_sum_of_months_musd,
    annual.balance_musd - months.balance_musd as balance_period_residual_musd,
    months.months_covered,
    months.first_month,
    months.last_month,
    annual.period_type = 'year' as is_full_year,
    annual.is_revised,
    annual.has_known_discrepancy
from annual
inner join months
    on
        annual.year = months.year
        and annual.component = months.component
order by annual.year, annual.component
