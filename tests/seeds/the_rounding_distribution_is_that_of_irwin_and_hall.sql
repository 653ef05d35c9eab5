-- Round n - 1 exact numbers and their sum to the nearest million. The residual is the
-- sum of n - 1 independent errors, each uniform on (-1/2, 1/2), rounded to a whole
-- number: it is r if the sum falls within 1/2 of r. A sum of uniforms has the
-- Irwin-Hall distribution,
--   F(x) = 1/m! * sum over k <= x of (-1)^k * C(m, k) * (x - k)^m,
-- for m = n - 1 variables on (0, 1), shifted by m / 2. The summands are large and of
-- both signs, so digits after the ninth are noise. Identities have two to thirteen
-- terms. Grain of a failure: a number of terms and a residual, or a number of terms
-- whose probabilities do not add up to 1.
with numbers as (
    select counted.n
    from (
        values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12)
    ) as counted (n)
),

residuals as (
    select
        sizes.n as m,
        residuals.n - {{ rounding_bound('sizes.n + 1') }} as residual_musd
    from numbers as sizes
    inner join numbers as residuals
        on 2 * {{ rounding_bound('sizes.n + 1') }} >= residuals.n
    where sizes.n > 0
),

edges as (
    select
        residuals.m,
        residuals.residual_musd,
        sides.side,
        least(
            greatest(residuals.residual_musd + (sides.side + residuals.m) / 2.0, 0),
            residuals.m
        ) as x
    from residuals
    cross join (values (-1), (1)) as sides (side)
),

worked_out as (
    select
        edges.m + 1 as terms,
        edges.residual_musd,
        sum(
            edges.side
            * power(-1, numbers.n)
            * power(edges.x - numbers.n, edges.m)
            / (factorial(numbers.n) * factorial(edges.m - numbers.n))
        ) as probability
    from edges
    inner join numbers on edges.x >= numbers.n
    group by edges.m, edges.residual_musd
),

kept as (
    select * from {{ ref('rounding_distribution') }}
)

select
    coalesce(worked_out.terms, kept.terms) as terms,
    coalesce(worked_out.residual_musd, kept.residual_musd) as residual_musd,
    worked_out.probability,
    kept.probability as kept_probability
from worked_out
full join kept
    on
        worked_out.terms = kept.terms
        and worked_out.residual_musd = kept.residual_musd
where coalesce(abs(worked_out.probability - kept.probability) > 0.000000001, true)
union all
select
    terms,
    null as residual_musd,
    1 as probability,
    sum(kept.probability) as kept_probability
from kept
group by terms
having coalesce(abs(sum(kept.probability) - 1) > 0.000000001, true)
