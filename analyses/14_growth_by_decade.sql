-- How fast have exports and imports grown in each decade? Average growth a year in
-- percent, compounded, from the last year before the decade (1992, where the release
-- begins, for the first) to its last full year. Nominal dollars.
with years as (
    select
        year,
        component,
        exports_musd,
        imports_musd
    from marts.fct_annual_trade
    where is_full_year
),

decades as (
    select
        year // 10 * 10 as decade,
        max(year) as to_year
    from years
    group by decade
),

spans as (
    select
        decades.decade,
        decades.to_year,
        greatest(decades.decade - 1, min(years.year)) as from_year
    from decades
    cross join years
    group by decades.decade, decades.to_year
)

select
    spans.decade || 's' as decade,
    spans.from_year,
    spans.to_year,
    ends.component,
    round(
        100 * (
            power(
                ends.exports_musd / starts.exports_musd,
                1 / (spans.to_year - spans.from_year)
            ) - 1
        ),
        1
    ) as exports_pct_a_year,
    round(
        100 * (
            power(
                ends.imports_musd / starts.imports_musd,
                1 / (spans.to_year - spans.from_year)
            ) - 1
        ),
        1
    ) as imports_pct_a_year
from spans
inner join years as starts on spans.from_year = starts.year
inner join years as ends
    on
        spans.to_year = ends.year
        and starts.component = ends.component
where spans.to_year > spans.from_year
order by spans.decade asc, ends.component = 'total' desc, ends.component asc;
