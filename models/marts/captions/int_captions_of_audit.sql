with releases as (
    select * from {{ ref('dim_release') }}
    where is_latest
),

totals as (
    select
        max(releases.cell_count) as cells,
        sum(families.identities) as identities,
        sum(families.exact) as exact,
        sum(families.rounding) as rounding,
        sum(families.unlikely) as unlikely,
        sum(families.breaks) as breaks,
        sum(case when families.is_within_row then families.identities end)
            as row_identities,
        sum(case when families.is_within_row then families.exact end)
            as row_exact,
        sum(case when families.is_within_row then families.breaks end)
            as row_breaks,
        max(
            case
                when families.is_within_row
                    then families.largest_residual_musd
            end
        ) as row_largest_musd
    from releases
    inner join {{ ref('mart_reconciliation_summary') }} as families
        on releases.release_id = families.release_id
),

expected as (
    select sum(residuals.expected_identities) as row_off
    from releases
    inner join {{ ref('mart_residual_distribution') }} as residuals
        on releases.release_id = residuals.release_id
    where
        residuals.is_within_row
        and residuals.residual_musd != 0
),

-- Each print of a month after its first, three numbers of one component.
printed_again as (
    select 3 * count(*) as numbers
    from {{ ref('fct_monthly_trade_vintages') }}
    where
        print_number > 1
        and balance_revision_from_first_musd is not null
),

facts as (
    select
        totals.*,
        totals.row_identities - totals.row_exact as row_off,
        cast(round(expected.row_off) as bigint) as row_expected,
        printed_again.numbers as printed_again,
        case when totals.breaks = 0 then 'title' else 'title_of_breaks' end
            as title_case,
        case when totals.breaks = 0 then 'sentence' else 'sentence_of_breaks' end
            as sentence_case,
        case
            when totals.row_breaks > 0 then 'title_of_breaks'
            when totals.row_exact = totals.row_identities then 'title_of_none'
            else 'title'
        end as row_title_case,
        case when printed_again.numbers > 0 then 'title' end as revisions_case
    from totals
    cross join expected
    cross join printed_again
)

{{ captions(
    'audit',
    {'title': 'facts.title_case', 'sentence': 'facts.sentence_case'},
    {
        'cells': grouped('facts.cells'),
        'identities': grouped('facts.identities'),
        'exact': grouped('facts.exact'),
        'rounding': grouped('facts.rounding'),
        'unlikely': grouped('facts.unlikely'),
        'breaks': grouped('facts.breaks'),
    }
) }}
union all
{{ captions(
    'row_residuals',
    {'title': 'facts.row_title_case', 'alternative_text': "'alternative_text'"},
    {
        'identities': grouped('facts.row_identities'),
        'off': grouped('facts.row_off'),
        'breaks': grouped('facts.row_breaks'),
        'largest': grouped('facts.row_largest_musd'),
        'expected': grouped('facts.row_expected'),
    }
) }}
union all
{{ captions(
    'revisions',
    {'title': 'facts.revisions_case'},
    {'numbers': grouped('facts.printed_again')}
) }}
