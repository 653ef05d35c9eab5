-- The months are those of the facts, their names and quarters written down here, and
-- the latest is the last one of the latest release. Grain of a failure: a month as it
-- stands, or as it should.
with months as (
    select distinct
        month_date,
        substr(cast(month_date as string), 1, 7) as year_month
    from {{ ref('fct_monthly_trade') }}
),

latest as (
    select last_month
    from {{ ref('dim_release') }}
    where is_latest
),

calendar as (
    select
        months_of_a_year.digits,
        months_of_a_year.month_name,
        months_of_a_year.quarter,
        months_of_a_year.month_number
    from (
        values
        ('01', 'January', 1, 1),
        ('02', 'February', 1, 2),
        ('03', 'March', 1, 3),
        ('04', 'April', 2, 4),
        ('05', 'May', 2, 5),
        ('06', 'June', 2, 6),
        ('07', 'July', 3, 7),
        ('08', 'August', 3, 8),
        ('09', 'September', 3, 9),
        ('10', 'October', 4, 10),
        ('11', 'November', 4, 11),
        ('12', 'December', 4, 12)
    ) as months_of_a_year (digits, month_name, quarter, month_number)
),

expected as (
    select
        months.month_date,
        months.year_month,
        calendar.month_name,
        cast(substr(months.year_month, 1, 4) as integer) as year,
        calendar.quarter,
        calendar.month_number,
        latest.last_month is not null as is_latest
    from months
    left join calendar on substr(months.year_month, 6, 2) = calendar.digits
    left join latest on months.month_date = latest.last_month
)

{{ different_rows(ref('dim_month'), 'expected') }}
