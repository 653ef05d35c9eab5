-- Take n - 1 true numbers and their sum, and print each to the nearest million.
-- What is printed misses by the sum of n - 1 independent errors, each uniform on
-- (-1/2, 1/2), itself rounded to a whole number: by r with the probability that the sum
-- falls within 1/2 of r. A sum of uniforms has the Irwin-Hall distribution,
--   F(x) = 1/m! * sum over k <= x of (-1)^k * C(m, k) * (x - k)^m,
-- here of m = n - 1 variables on (0, 1): all of it is moved by m / 2.
with identity_sizes as (
    select distinct
        terms,
        {{ rounding_bound('terms') }} as rounding_bound_musd
    from {{ ref('int_identity_residuals') }}
),

residuals as (
    select
        terms,
        terms - 1 as m,
        unnest(range(-rounding_bound_musd, rounding_bound_musd + 1)) as residual_musd
    from identity_sizes
),

sides as (
    select
        *,
        unnest([-1, 1]) as side
    from residuals
),

edges as (
    select
        *,
        least(greatest(residual_musd + side / 2 + m / 2, 0), m) as x
    from sides
),

summands as (
    select
        *,
        unnest(generate_series(0, cast(floor(x) as integer))) as k
    from edges
)

-- The summands are large and of both signs: what lies beyond ten digits is noise.
select
    terms,
    residual_musd,
    round(
        sum(
            side * (-1) ** k * (x - k) ** m
            / (factorial(cast(k as integer)) * factorial(cast(m - k as integer)))
        ),
        10
    ) as probability
from summands
group by terms, residual_musd
