-- Copied from what the normaliser wrote and from the calendar. The latest release is
-- the one that no other follows, those are sound whose identities are published, and
-- those agree whose printed millions round to what was announced.
-- Grain of a failure: a release as it stands, or as it should.
with releases as (
    select * from {{ ref('releases') }}
),

calendar as (
    select * from {{ ref('release_calendar') }}
),

audited as (
    select distinct release_id
    from {{ ref('fct_reconciliation') }}
),

months as (
    select
        months.release_id,
        round(-months.balance_total * 0.001, 1) as deficit_busd,
        12 * cast(substr(months.release_id, 1, 4) as integer)
        + cast(substr(months.release_id, 6, 2) as integer)
        - 12 * months.year - months.month as months_ago
    from {{ ref('monthly_trade') }} as months
    where months.period_type = 'month'
),

announced as (
    select
        headlines.release_id,
        count(
            case
                when
                    months.deficit_busd != case months.months_ago
                        when 0 then headlines.deficit_busd
                        when 1 then headlines.previous_month_deficit_busd
                    end
                    then 1
            end
        ) as disagreeing
    from {{ ref('headline_deficits') }} as headlines
    inner join months on headlines.release_id = months.release_id
    group by headlines.release_id
),

expected as (
    select
        releases.release_id,
        releases.release_table,
        releases.title,
        releases.units_note,
        releases.file_name,
        releases.source_format,
        releases.sheet_name,
        releases.line_ending,
        releases.sha256,
        releases.text_sha256,
        releases.line_count,
        releases.row_offset,
        releases.cell_count,
        releases.first_month,
        releases.last_month,
        calendar.released_on,
        releases.has_byte_order_mark,
        releases.ends_with_newline,
        not exists (
            select 1
            from {{ ref('releases') }} as others
            where others.release_id > releases.release_id
        ) as is_latest,
        audited.release_id is not null as is_sound,
        announced.disagreeing = 0 as agrees_with_announcement
    from releases
    left join calendar on releases.release_id = calendar.release_id
    left join audited on releases.release_id = audited.release_id
    left join announced on releases.release_id = announced.release_id
),

found as (
    select
        release_id,
        release_table,
        title,
        units_note,
        file_name,
        source_format,
        sheet_name,
        line_ending,
        sha256,
        text_sha256,
        line_count,
        row_offset,
        cell_count,
        substr(cast(first_month as string), 1, 7) as first_month,
        substr(cast(last_month as string), 1, 7) as last_month,
        released_on,
        has_byte_order_mark,
        ends_with_newline,
        is_latest,
        is_sound,
        agrees_with_announcement
    from {{ ref('dim_release') }}
    -- A month is its first day.
    where
        extract(day from first_month) = 1
        and extract(day from last_month) = 1
)

{{ different_rows('found', 'expected') }}
