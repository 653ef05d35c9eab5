with monthly as (
    select * from {{ ref('monthly_trade') }}
),

annual as (
    select * from {{ ref('annual_trade') }}
),

rows_of_cells as (
    select
        release_id,
        line_number,
        period_type,
        make_date(year, month, 1) as period_start,
        last_day(make_date(year, month, 1)) as period_end,
        -- Last month's print has none, which a CSV cannot tell from null.
        coalesce(label, '') as label,
        layout,
        balance_total,
        balance_goods,
        balance_services,
        exports_total,
        exports_goods,
        exports_services,
        imports_total,
        imports_goods,
        imports_services,
        is_revised
    from monthly
    union all
    select
        release_id,
        line_number,
        period_type,
        make_date(year, first_month, 1) as period_start,
        last_day(make_date(year, last_month, 1)) as period_end,
        label,
        layout,
        balance_total,
        balance_goods,
        balance_services,
        exports_total,
        exports_goods,
        exports_services,
        imports_total,
        imports_goods,
        imports_services,
        is_revised
    from annual
)

select
    rows_of_cells.*,
    {{ filled_in('sentences.template', {
        'month': month_words('rows_of_cells.period_end'),
        'year': whole('year(rows_of_cells.period_end)'),
    }) }} as period_words
from rows_of_cells
-- A part year of one month is that month.
inner join {{ ref('sentences') }} as sentences
    on
        sentences.topic = 'period'
        and sentences.sentence_case = case
            when
                month(rows_of_cells.period_start) = month(rows_of_cells.period_end)
                and rows_of_cells.period_type != 'last_print'
                then 'month'
            else rows_of_cells.period_type
        end
