-- A year that adds up, one off by rounding in exports and by more in imports, one
-- without its services, one with goods twice, and one whose balance of goods is null.
with planted (year, component, exports_musd, imports_musd, balance_musd) as (
    values
    (2001, 'total', 10, 20, -10),
    (2001, 'goods', 6, 13, -7),
    (2001, 'services', 4, 7, -3),
    (2002, 'total', 11, 22, -10),
    (2002, 'goods', 6, 13, -7),
    (2002, 'services', 4, 7, -3),
    (2003, 'total', 10, 20, -10),
    (2003, 'goods', 10, 20, -10),
    (2004, 'total', 16, 33, -17),
    (2004, 'goods', 6, 13, -7),
    (2004, 'goods', 6, 13, -7),
    (2004, 'services', 4, 7, -3),
    (2005, 'total', 10, 20, -10),
    (2005, 'goods', 6, 13, null),
    (2005, 'services', 4, 7, -3)
),

found as (
    {{ component_differences('planted', 'year') }}
),

expected as (
    values
    (2002, 'component_imports', 22, 20, 3, 2, 1),
    (2003, 'component_exports', 10, null, 2, null, 1),
    (2003, 'component_imports', 20, null, 2, null, 1),
    (2003, 'component_balance', -10, null, 2, null, 1),
    (2004, 'component_exports', 16, 16, 4, 0, 1),
    (2004, 'component_imports', 33, 33, 4, 0, 1),
    (2004, 'component_balance', -17, -17, 4, 0, 1),
    (2005, 'component_balance', -10, null, 2, null, 1)
)

{{ different_rows('found', 'expected') }}
