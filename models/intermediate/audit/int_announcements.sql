with headlines as (
    select * from {{ ref('stg_headlines') }}
),

-- Of every release that was read: whether it is sound is not asked.
printed_rows as (
    select * from {{ ref('stg_printed_rows') }}
    where period_type = 'month'
)

select
    headlines.release_id,
    headlines.month_date,
    {{ ratio('(-printed_rows.balance_total)', '1000', 1) }} as printed_busd,
    headlines.deficit_busd as announced_busd
from headlines
inner join printed_rows
    on
        headlines.release_id = printed_rows.release_id
        and headlines.month_date = printed_rows.period_start
