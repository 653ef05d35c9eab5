-- How the misses within a row compare with rounding.
with residuals as (
    select distribution.*
    from marts.mart_residual_distribution as distribution
    inner join marts.dim_release on distribution.release_id = dim_release.release_id
    where
        dim_release.is_latest
        and distribution.identity_family != 'period'
),

facts as (
    select
        cast(sum(identities) as bigint) as identities,
        cast(sum(if(residual_musd = 0, 0, identities)) as bigint) as off,
        cast(round(sum(if(residual_musd = 0, 0, expected_identities))) as bigint)
            as expected_off,
        max(abs(residual_musd)) filter (where identities > 0) as largest
    from residuals
)

select
    'Within a row, ' || format('{:,}', off) || ' of ' || format('{:,}', identities)
    || ' sums miss zero, none by more than ' || largest
    || ' million; rounding alone would put '
    || format('{:,}', expected_off) || ' off' as title,
    'Bars for how many identities within a row miss zero by each amount, with a mark'
    || ' for how many rounding alone would: ' || format('{:,}', off)
    || ' found off zero, ' || format('{:,}', expected_off) || ' expected.'
        as alternative_text
from facts;
