with cells as (
    select
        *,
        {{ month_number('period_start') }} as month_number
    from {{ ref('int_sound_cells') }}
    where period_type = 'month'
),

spans as (
    select * from {{ ref('spans') }}
),

-- Each current month among the current numbers; and the last month of a release, its
-- first print, among that release's own, which are what its first page spoke of.
editions as (
    select
        'current' as edition,
        cells.release_id,
        cells.series_id,
        cells.period_start,
        cells.month_number,
        cells.print_number,
        cells.published_musd,
        true as is_told
    from cells
    where cells.is_current
    union all
    select
        cells.release_id as edition,
        cells.release_id,
        cells.series_id,
        cells.period_start,
        cells.month_number,
        cells.print_number,
        cells.published_musd,
        cells.print_number = 1 as is_told
    from cells
    where cells.print_number <= 24
),

told as (
    select
        editions.edition,
        editions.release_id,
        editions.series_id,
        editions.period_start as month_date,
        editions.month_number,
        editions.print_number,
        spans.span,
        spans.divisor,
        -- A year to date has as many months as the year so far.
        coalesce(spans.months, month(editions.period_start)) as months
    from editions
    cross join spans
    where editions.is_told
),

compared as (
    select
        told.*,
        told.month_number - others.month_number as months_ago,
        others.published_musd
    from told
    inner join editions as others
        on
            told.edition = others.edition
            and told.series_id = others.series_id
            and others.month_number between told.month_number - 23 and told.month_number
),

-- A sum is null where one of its months is not there: what would have been compared
-- with it is never compared with another.
sums as (
    select
        edition,
        release_id,
        series_id,
        month_date,
        print_number,
        span,
        divisor,
        months,
        {{ sum_of_months(0) }} as sum_musd,
        {{ sum_of_months(1) }} as month_ago_sum_musd,
        {{ sum_of_months(12) }} as year_ago_sum_musd
    from compared
    group by
        edition,
        release_id,
        series_id,
        month_date,
        print_number,
        span,
        divisor,
        months
)

select
    sums.release_id,
    sums.month_date,
    series.component,
    series.flow,
    sums.span,
    sums.divisor,
    sums.sum_musd,
    -- The months of a year to date do not move by one month: it grows.
    case when sums.span != 'year_to_date' then sums.month_ago_sum_musd end
        as month_ago_sum_musd,
    sums.year_ago_sum_musd,
    sums.edition = 'current' as is_current,
    -- Of a release's last month its own first page is told.
    sums.edition != 'current' or sums.print_number > 1 as is_front_page
from sums
inner join {{ ref('series') }} as series on sums.series_id = series.series_id
