-- The latest month:
--   sentences  those of the news release's first page
--   headline   its numbers by subject and measure, with one decimal: billions of US
--              dollars, or percent where the measure ends in _pct
--   series     each of the nine: value, changes, and how it stands among the months
with release as (
    select * from marts.dim_release
    where is_latest
),

highlights as (
    select
        said.*,
        said.measure = 'level' or (
            said.subject in ('deficit', 'exports', 'imports')
            and said.measure in ('three_month_average', 'year_to_date')
        ) as is_on_first_page
    from marts.mart_trade_highlights as said
    inner join release
        on
            said.release_id = release.release_id
            and said.month_date = release.last_month
),

subjects as (
    select
        subject,
        min(sort_order) as sort_order,
        map_from_entries(list((measure, value) order by sort_order)) as measures
    from highlights
    group by subject
),

first_page as (
    select list(sentence order by sort_order) as sentences
    from highlights
    where is_on_first_page
),

headline as (
    select map_from_entries(list((subject, measures) order by sort_order)) as numbers
    from subjects
),

series as (
    select
        list({
            series_id: dim_series.series_id,
            title: dim_series.title,
            fred_series_id: dim_series.fred_series_id,
            value_musd: trade.value_musd,
            change_musd: trade.change_musd,
            change_pct: round(trade.change_pct, 1),
            change_from_year_ago_pct: round(trade.change_from_year_ago_pct, 1),
            streak_months: records.streak_months,
            highest_since: strftime(records.highest_since, '%Y-%m'),
            lowest_since: strftime(records.lowest_since, '%Y-%m'),
            is_record_high: records.is_record_high,
            is_record_low: records.is_record_low
        } order by dim_series.sort_order) as facts
    from release
    inner join marts.mart_trade_indicators as trade
        on release.last_month = trade.month_date
    inner join marts.dim_series
        on trade.component = dim_series.component and trade.flow = dim_series.flow
    inner join marts.mart_trade_records as records
        on
            trade.month_date = records.month_date
            and trade.component = records.component
            and trade.flow = records.flow
)

select
    strftime(release.last_month, '%Y-%m') as month,
    release.release_id,
    cast(release.released_on as varchar) as released_on,
    'U.S. Census Bureau and U.S. Bureau of Economic Analysis, ' || release.title
        as source,
    release.units_note as units,
    first_page.sentences,
    headline.numbers as headline,
    series.facts as series
from release
cross join first_page
cross join headline
cross join series;
