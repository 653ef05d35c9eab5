{{ config(
    materialized = "table_function",
    parameters = ["as_of"],
    contract = {"enforced": false},
    persist_docs = {"relation": false, "columns": false},
    post_hook = "{{ comment_on_table_macro(this, model.description) }}",
) }}

{#
    The tables are named without their database, so that the macro answers in a copy of the
    file that has another name. The parameter has no type: DuckDB before 1.4 knows none.
#}
{% set releases = ref('dim_release').include(database=false) %}
{% set vintages = ref('fct_monthly_trade_vintages').include(database=false) %}

with known as (
    select max(release_id) as release_id
    from {{ releases }}
    where released_on <= cast(as_of as date)
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
inner join known on vintages.release_id = known.release_id
cross join undated
