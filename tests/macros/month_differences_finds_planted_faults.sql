-- Part years of three months (four terms: a bound of 2). The first adds up to within 2,
-- the second is off by 3 in exports, the third lacks a month, the fourth has a null
-- month, and the fifth a null year.
with planted_months as (
    select
        make_date(years.year, months.month, 1) as month_date,
        'goods' as component,
        10 as exports_musd,
        if(years.year = 2004 and months.month = 2, null, 20) as imports_musd,
        -10 as balance_musd
    from generate_series(2001, 2005) as years (year)
    cross join generate_series(1, 3) as months (month)
    where not (years.year = 2003 and months.month = 3)
),

planted (
    year, component, months_covered, exports_musd, imports_musd, balance_musd
) as (
    values
    (2001, 'goods', 3, 32, 58, -28),
    (2002, 'goods', 3, 33, 60, -30),
    (2003, 'goods', 3, 20, 40, -20),
    (2004, 'goods', 3, 30, 40, -30),
    (2005, 'goods', 3, null, 60, -30)
),

found as (
    select * exclude (component, months_covered)
    from ({{ month_differences('planted', 'planted_months') }}) as failures
),

expected as (
    values
    (2002, 'period_exports_goods', 33, 30, 3, 3, 2),
    (2003, 'period_exports_goods', 20, 20, 2, 0, 2),
    (2003, 'period_imports_goods', 40, 40, 2, 0, 2),
    (2003, 'period_balance_goods', -20, -20, 2, 0, 2),
    (2004, 'period_imports_goods', 40, 40, 2, 0, 2),
    (2005, 'period_exports_goods', null, 30, 3, null, 2)
)

{{ different_rows('found', 'expected') }}
