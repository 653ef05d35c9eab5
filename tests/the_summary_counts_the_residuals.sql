-- Counted by the numbers, not by the status; what is off by rounding is what is neither
-- exact nor a break, and what rounding alone would put off is what it would not leave
-- exact. Shares to nine decimals. Grain of a failure: a release and family as it stands,
-- or as it should.
with residuals as (
    select
        *,
        abs(residual_musd) as off_by_musd
    from {{ ref('fct_reconciliation') }}
),

exact_by_chance as (
    select *
    from {{ ref('rounding_distribution') }}
    where residual_musd = 0
),

counts as (
    select
        residuals.release_id,
        residuals.identity_family,
        count(*) as identities,
        sum(case when residuals.off_by_musd = 0 then 1 else 0 end) as exact,
        sum(
            case when residuals.off_by_musd > residuals.rounding_bound_musd then 1 else 0 end
        ) as breaks,
        sum(
            case
                when residuals.off_by_musd > residuals.rounding_bound_musd then 0
                when 4 * residuals.off_by_musd * residuals.off_by_musd > 3 * residuals.terms
                    then 1
                else 0
            end
        ) as unlikely,
        max(residuals.off_by_musd) as largest_residual_musd,
        sum(exact_by_chance.probability) as expected_exact
    from residuals
    left join exact_by_chance on residuals.terms = exact_by_chance.terms
    group by residuals.release_id, residuals.identity_family
),

expected as (
    select
        counts.release_id,
        counts.identity_family,
        families.label,
        families.sort_order,
        counts.identities,
        counts.exact,
        counts.identities - counts.exact - counts.unlikely - counts.breaks as rounding,
        counts.unlikely,
        counts.breaks,
        counts.largest_residual_musd,
        round(
            (counts.identities - counts.exact - counts.breaks) * 1.0 / counts.identities, 9
        ) as share_off_by_rounding,
        round((counts.identities - counts.expected_exact) / counts.identities, 9)
            as expected_share_off_by_rounding
    from counts
    left join {{ ref('identity_families') }} as families
        on counts.identity_family = families.identity_family
)

{{ different_rows(ref('mart_reconciliation_summary'), 'expected') }}
