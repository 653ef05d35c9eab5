{{ config(meta = {"parameters": {"as_of": none}}) }}

{#
    Tables are named without their database, so that the macro works in a renamed copy of
    the file. The parameter has no type, which DuckDB before 1.4 would not accept.
#}
{% set releases = ref('dim_release').include(database=false) %}
{% set vintages = ref('fct_monthly_trade_vintages').include(database=false) %}

with asked as (
    select
        coalesce(
            cast(asked_as_of as date),
            error('trade_as_of asks for a day, such as 2024-04-04, not null')
        ) as day
),

known as (
    select
        vintages.release_id,
        year(vintages.month_date) as year,
        max(vintages.release_id) over (partition by year(vintages.month_date))
            as known_release_id
    from {{ vintages }} as vintages
    inner join asked on vintages.released_on <= asked.day
    -- An estimate known only from the next release covers one month, not its year.
    where vintages.source_release_id = vintages.release_id
    group by vintages.release_id, year(vintages.month_date)
),

undated as (
    select string_agg(release_id, ', ' order by release_id) as undated_releases
    from {{ releases }}
    where released_on is null
)

select
    vintages.month_date,
    vintages.component,
    vintages.release_id,
    vintages.line_number,
    vintages.exports_musd,
    vintages.imports_musd,
    vintages.balance_musd,
    vintages.released_on,
    undated.undated_releases,
    vintages.is_revised
from {{ vintages }} as vintages
inner join known
    on
        vintages.source_release_id = known.release_id
        and vintages.release_id = known.release_id
        and year(vintages.month_date) = known.year
        and known.release_id = known.known_release_id
cross join undated
