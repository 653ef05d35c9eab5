-- The macros of exact.sql, worked by hand: ties of either sign, numbers just below a
-- tie, intermediate results beyond 64 bits, and nulls. Grain of a failure: a case.
with cases as (
    select
        worked.*,
        {{ ratio('numerator', 'denominator', 1) }} as rounded,
        {{ ratio('numerator', 'denominator', 9) }} as rounded_to_nine,
        {{ percent_change('numerator', 'denominator') }} as change_pct
    from (
        values
        (5, 4, 1.3, 1.25, 25.0),
        (-5, 4, -1.3, -1.25, null),
        (5, -4, -1.3, -1.25, null),
        (-5, -4, 1.3, 1.25, 25.0),
        (1249999, 1000000, 1.2, 1.249999, 24.9999),
        (1, 20, 0.1, 0.05, -95.0),
        (-1, 20, -0.1, -0.05, null),
        (1, 21, 0.0, 0.047619048, -95.238095238),
        (2, 3, 0.7, 0.666666667, -33.333333333),
        (900000000, 300, 3000000.0, 3000000.0, 299999900.0),
        (0, 7, 0.0, 0.0, -100.0),
        (7, 0, null, null, null),
        (null, 7, null, null, null),
        (7, null, null, null, null)
    ) as worked (numerator, denominator, expected, expected_to_nine, expected_pct)
)

select *
from cases
where
    rounded is distinct from expected
    or rounded_to_nine is distinct from expected_to_nine
    or change_pct is distinct from expected_pct
