-- The seeds come from one run of the normalizer: they hold as many cells and lines as
-- it counted in each release, and each line once. Grain of a failure: a release.
with cells as (
    select
        release_id,
        count(published_musd) as cells_found
    from {{ ref('int_cells') }}
    group by release_id
),

all_lines as (
    select
        release_id,
        line_number
    from {{ ref('stg_printed_rows') }}
    union all
    select
        release_id,
        line_number
    from {{ ref('stg_release_lines') }}
),

lines as (
    select
        release_id,
        count(*) as lines_found,
        count(distinct line_number) as different_lines_found,
        min(line_number) as first_line,
        max(line_number) as last_line
    from all_lines
    group by release_id
)

select
    coalesce(releases.release_id, lines.release_id) as release_id,
    releases.cell_count,
    cells.cells_found,
    releases.line_count,
    lines.lines_found,
    lines.different_lines_found,
    lines.first_line,
    lines.last_line
from {{ ref('stg_releases') }} as releases
full join lines on releases.release_id = lines.release_id
left join cells on releases.release_id = cells.release_id
where
    releases.cell_count is distinct from cells.cells_found
    or releases.line_count is distinct from lines.lines_found
    or releases.line_count is distinct from lines.different_lines_found
    or releases.line_count is distinct from lines.last_line
    or lines.first_line is distinct from 1
