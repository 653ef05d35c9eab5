with headlines as (
    select * from {{ ref('mart_headline_revisions') }}
),

revisions as (
    select
        month_date,
        case when is_annual_revision then 'annual revision' else 'next estimate' end
            as horizon,
        revision_to_next_busd as revision_busd
    from headlines
    where revision_to_next_busd is not null
    union all
    select
        month_date,
        'current' as horizon,
        revision_to_current_busd as revision_busd
    from headlines
    where revision_to_current_busd is not null
),

ranked as (
    select
        *,
        row_number() over (
            partition by horizon order by abs(revision_busd) desc, month_date desc
        ) as place
    from revisions
)

select
    ranked.horizon,
    horizons.sort_order,
    count(*) as observations,
    {{ ratio('sum(ranked.revision_busd)', 'count(*)', 3) }} as mean_revision_busd,
    {{ ratio('sum(abs(ranked.revision_busd))', 'count(*)', 3) }}
        as mean_absolute_revision_busd,
    cast(
        max(case when ranked.place = 1 then ranked.revision_busd end) as decimal(18, 3)
    ) as largest_revision_busd,
    max(case when ranked.place = 1 then ranked.month_date end) as largest_month
from ranked
inner join {{ ref('revision_horizons') }} as horizons
    on ranked.horizon = horizons.horizon
group by ranked.horizon, horizons.sort_order
order by horizons.sort_order
