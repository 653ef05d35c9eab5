-- Of each year, the months of the last sound release that prints it, among all prints.
-- Units: millions. Grain of a failure: a month and component as it stands, or as it
-- should.
with prints as (
    select * from {{ ref('fct_monthly_trade_vintages') }}
),

latest_of_year as (
    select
        year(month_date) as year,
        max(release_id) as release_id
    from prints
    group by year(month_date)
),

expected as (
    select
        prints.month_date,
        prints.component,
        prints.release_id,
        prints.line_number,
        prints.exports_musd,
        prints.imports_musd,
        prints.balance_musd,
        prints.imports_musd + prints.balance_musd - prints.exports_musd
            as balance_residual_musd,
        prints.is_revised,
        prints.has_accepted_break
    from prints
    inner join latest_of_year
        on
            year(prints.month_date) = latest_of_year.year
            and prints.release_id = latest_of_year.release_id
)

{{ different_rows(ref('fct_monthly_trade'), 'expected') }}
