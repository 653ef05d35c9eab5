with sums as (
    select
        residuals.*,
        abs(residuals.residual_musd) as off_musd
    from {{ ref('fct_reconciliation') }} as residuals
    inner join {{ ref('dim_release') }} as releases
        on residuals.release_id = releases.release_id
    where
        releases.is_latest
        and residuals.identity_family = 'period'
),

counts as (
    select
        max(release_id) as release_id,
        count(*) as identities,
        count(case when status = 'unlikely' then 1 end) as unlikely,
        count(case when status = 'break' then 1 end) as breaks,
        max(off_musd) as largest_musd,
        min(case when status = 'unlikely' then off_musd end) as unlikely_musd
    from sums
),

-- How many miss by as much as the least unlikely one, and how many rounding would.
far_off as (
    select
        sum(residuals.identities) as found,
        sum(residuals.expected_identities) as expected
    from counts
    inner join {{ ref('mart_residual_distribution') }} as residuals
        on
            counts.release_id = residuals.release_id
            and residuals.identity_family = 'period'
            and counts.unlikely_musd <= abs(residuals.residual_musd)
),

facts as (
    select
        counts.*,
        far_off.found,
        far_off.expected,
        case
            when counts.breaks > 0 then 'title_of_breaks'
            when counts.largest_musd = 0 then 'title_of_exact_ones'
            when counts.unlikely = 0 then 'title_of_none'
            when far_off.found = 1 then 'title_of_one'
            else 'title'
        end as title_case
    from counts
    cross join far_off
)

{{ captions(
    'year_residuals',
    {'title': 'facts.title_case', 'alternative_text': "'alternative_text'"},
    {
        'identities': grouped('facts.identities'),
        'unlikely': grouped('facts.unlikely'),
        'breaks': grouped('facts.breaks'),
        'largest': grouped('facts.largest_musd'),
        'unlikely_from': grouped('facts.unlikely_musd'),
        'found': grouped('facts.found'),
        'expected': two_decimals('facts.expected'),
    }
) }}
