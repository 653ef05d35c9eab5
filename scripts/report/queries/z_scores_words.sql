-- Where the unlikely year sums lie, and what the mean square of z is there and in the
-- other years. Rounding alone makes it 1.
with sums as (
    select
        reconciliation.status,
        reconciliation.z_score,
        dim_release.units_note,
        year(reconciliation.period_start) as year
    from marts.fct_reconciliation as reconciliation
    inner join marts.dim_release on reconciliation.release_id = dim_release.release_id
    where
        dim_release.is_latest
        and reconciliation.identity_family = 'period'
),

span as (
    select
        count(*) filter (where status = 'unlikely') as unlikely,
        min(year) filter (where status = 'unlikely') as first_year,
        max(year) filter (where status = 'unlikely') as last_year
    from sums
),

squares as (
    select
        sums.z_score ** 2 as square,
        sums.units_note,
        span.*,
        coalesce(sums.year between span.first_year and span.last_year, false)
            as is_inside
    from sums
    cross join span
),

facts as (
    select
        unlikely,
        first_year,
        last_year,
        any_value(units_note) as note,
        avg(square) filter (where is_inside) as inside,
        avg(square) filter (where not is_inside) as outside
    from squares
    group by unlikely, first_year, last_year
)

select
    case
        when unlikely = 0 then 'No year sum is further off than rounding makes likely'
        when unlikely = 1 then 'The one unlikely year sum is of ' || first_year
        else
            'All ' || unlikely || ' unlikely year sums lie in ' || first_year || '–'
            || last_year
    end as title,
    case
        when unlikely = 0
            then
                'The mean square of z is ' || format('{:.2f}', outside)
                || ', where rounding alone makes it 1.'
        else
            if(
                last_year < 1998,
                'They are not errors: the months of those years were seasonally'
                || ' adjusted without being forced to add up to the year.',
                'Rounding alone does not make them.'
            )
            || ' The release says so itself: “' || note || '” The mean square of z is '
            || format('{:.2f}', inside) || ' in those years and '
            || format('{:.2f}', outside)
            || ' in the others; rounding alone makes it 1.'
    end as sentence,
    'A grid of cells, years across and the nine series down, coloured by how many'
    || ' standard deviations of rounding the annual row is from the sum of its months. '
    || title || '.' as alternative_text
from facts;
