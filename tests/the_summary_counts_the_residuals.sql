-- Counted by the numbers, not by the status; what is off by rounding is what is neither
-- exact nor a break, and what rounding alone would put off is what it would not leave
-- exact. Percents to six decimals. Grain of a failure: a release and family.
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
            case
                when residuals.off_by_musd > residuals.rounding_bound_musd then 1 else 0
            end
        ) as breaks,
        sum(
            case
                when residuals.off_by_musd > residuals.rounding_bound_musd then 0
                when 4 * residuals.off_by_musd * residuals.off_by_musd
                    > 3 * residuals.terms
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
        counts.*,
        counts.identities - counts.exact - counts.unlikely - counts.breaks as rounding,
        100 * cast(counts.identities - counts.exact - counts.breaks as double)
        / counts.identities as off_pct,
        100 * cast(counts.identities - counts.expected_exact as double)
        / counts.identities as expected_off_pct,
        families.label,
        families.sort_order,
        families.is_within_row
    from counts
    left join {{ ref('identity_families') }} as families
        on counts.identity_family = families.identity_family
)

select
    expected.*,
    found.*
from expected
full join {{ ref('mart_reconciliation_summary') }} as found
    on
        expected.release_id = found.release_id
        and expected.identity_family = found.identity_family
where
    expected.label is distinct from found.label
    {% for column in [
        'sort_order', 'is_within_row', 'identities', 'exact', 'rounding', 'unlikely', 'breaks',
        'largest_residual_musd',
    ] %}
        or expected.{{ column }} is distinct from found.{{ column }}
    {% endfor %}
    or cast(expected.off_pct as decimal(18, 6))
    is distinct from found.off_by_rounding_pct
    or cast(expected.expected_off_pct as decimal(18, 6))
    is distinct from found.expected_off_by_rounding_pct
