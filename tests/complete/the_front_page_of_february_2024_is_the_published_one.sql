-- The numbers match the first page of "U.S. International Trade in Goods and Services,
-- February 2024" (Census Bureau and BEA, April 4, 2024), copied by hand: an outside
-- answer, checked if that release is loaded. Units: billions of US dollars, or percent.
-- Grain of a failure: a number of that page and ours.
with printed as (
    select page.*
    from (
        values
        -- Exports, imports and balance
        ('deficit', 'level', 68.9),
        ('deficit', 'previous_level', 67.6),
        ('deficit', 'change', 1.3),
        ('deficit', 'change_pct', 1.9),
        ('exports', 'level', 263.0),
        ('exports', 'change', 5.8),
        ('exports', 'change_pct', 2.3),
        ('imports', 'level', 331.9),
        ('imports', 'change', 7.1),
        ('imports', 'change_pct', 2.2),
        ('goods_deficit', 'level', 91.4),
        ('goods_deficit', 'change', -0.3),
        ('services_surplus', 'level', 22.5),
        ('services_surplus', 'change', -1.6),
        -- Year to date, from the same period of 2023
        ('deficit', 'year_to_date_change', -3.9),
        ('deficit', 'year_to_date_change_pct', -2.8),
        ('exports', 'year_to_date_change', 9.3),
        ('exports', 'year_to_date_change_pct', 1.8),
        ('imports', 'year_to_date_change', 5.4),
        ('imports', 'year_to_date_change_pct', 0.8),
        -- Three-month moving averages
        ('deficit', 'three_month_average', 66.9),
        ('deficit', 'three_month_average_change', 2.1),
        ('deficit', 'three_month_average_change_from_year_ago', -3.7),
        ('exports', 'three_month_average', 259.0),
        ('exports', 'three_month_average_change', 3.0),
        ('exports', 'three_month_average_change_from_year_ago', 5.3),
        ('imports', 'three_month_average', 325.9),
        ('imports', 'three_month_average_change', 5.1),
        ('imports', 'three_month_average_change_from_year_ago', 1.6),
        -- From the sections on exports and imports
        ('goods_exports', 'level', 176.7),
        ('goods_exports', 'change', 5.0)
    ) as page (subject, measure, printed_value)
),

release as (
    select release_id
    from {{ ref('dim_release') }}
    -- This very text, not another one that ends with the same month.
    where
        sha256 = '454839604b59fa1eb61f5859e17017cd'
        || 'dad5b807b37cf62ea8399d34328ba6fb'
),

said as (
    select *
    from {{ ref('mart_trade_highlights') }}
    where month_date = date '2024-02-01'
)

select
    release.release_id,
    printed.subject,
    printed.measure,
    printed.printed_value,
    said.value,
    said.exact_value
from release
cross join printed
left join said
    on
        release.release_id = said.release_id
        and printed.subject = said.subject
        and printed.measure = said.measure
where said.value is distinct from printed.printed_value
