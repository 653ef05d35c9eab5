-- A right row, one off by rounding, one off by more, and nulls on either side.
with planted (month_date, component, exports_musd, imports_musd, balance_musd) as (
    values
    (date '2020-01-01', 'goods', 100, 130, -30),
    (date '2020-02-01', 'goods', 100, 130, -31),
    (date '2020-03-01', 'goods', 100, 130, -32),
    (date '2020-04-01', 'goods', 100, null, -30),
    (date '2020-05-01', 'goods', 100, 130, null)
),

found as (
    {{ balance_differences('planted', 'month_date') }}
),

expected as (
    values
    (date '2020-03-01', 'goods', 'balance_goods', -32, -30, -2, 1),
    (date '2020-04-01', 'goods', 'balance_goods', -30, null, null, 1),
    (date '2020-05-01', 'goods', 'balance_goods', null, -30, null, 1)
)

{{ different_rows('found', 'expected') }}
