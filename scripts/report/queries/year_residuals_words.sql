-- How many year sums miss by as much as the unlikely ones, and how many rounding would.
with latest as (
    select release_id
    from marts.dim_release
    where is_latest
),

sums as (
    select reconciliation.*
    from marts.fct_reconciliation as reconciliation
    inner join latest on reconciliation.release_id = latest.release_id
    where reconciliation.identity_family = 'period'
),

bound as (
    select
        count(*) as identities,
        count(*) filter (where status = 'unlikely') as unlikely,
        min(abs(residual_musd)) filter (where status = 'unlikely') as least_unlikely,
        max(abs(residual_musd)) as largest
    from sums
),

facts as (
    select
        any_value(bound) as years,
        cast(sum(distribution.identities) as bigint) as found,
        cast(round(sum(distribution.expected_identities), 2) as decimal(18, 2))
            as expected
    from marts.mart_residual_distribution as distribution
    inner join latest on distribution.release_id = latest.release_id
    cross join bound
    where
        distribution.identity_family = 'period'
        and abs(distribution.residual_musd) >= coalesce(bound.least_unlikely, 0)
)

select
    case
        when years.unlikely > 0
            then
                found || ' of ' || years.identities || ' year sums miss by '
                || years.least_unlikely || ' million or more; rounding alone would put '
                || expected || ' so far off'
        else
            'No year sum misses by more than ' || years.largest
            || ' million, which rounding explains'
    end as title,
    'Bars for how many annual rows miss the sum of their months by each amount, with a'
    || ' mark for how many rounding alone would. The largest of ' || years.identities
    || ' is ' || years.largest || ' million.' as alternative_text
from facts;
