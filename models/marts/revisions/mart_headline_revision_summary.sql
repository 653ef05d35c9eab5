with headlines as (
    select * from {{ ref('mart_headline_revisions') }}
),

revisions as (
    select
        month_date,
        case when is_annual_revision then 2 else 1 end as sort_order,
        revision_to_next_busd as revision_busd
    from headlines
    where revision_to_next_busd is not null
    union all
    select
        month_date,
        3 as sort_order,
        revision_to_current_busd as revision_busd
    from headlines
    where revision_to_current_busd is not null
),

ranked as (
    select
        *,
        row_number() over (
            partition by sort_order order by abs(revision_busd) desc, month_date desc
        ) as place
    from revisions
)

select
    case sort_order
        when 1 then 'next release'
        when 2 then 'annual revision'
        when 3 then 'current'
    end as horizon,
    sort_order,
    count(*) as observations,
    {{ ratio('sum(revision_busd)', 'count(*)', 3) }} as mean_revision_busd,
    {{ ratio('sum(abs(revision_busd))', 'count(*)', 3) }}
        as mean_absolute_revision_busd,
    cast(max(case when place = 1 then revision_busd end) as decimal(18, 3))
        as largest_revision_busd,
    max(case when place = 1 then month_date end) as largest_month
from ranked
group by sort_order
order by sort_order
