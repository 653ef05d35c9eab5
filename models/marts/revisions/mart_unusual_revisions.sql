with releases as (
    select
        releases.release_id,
        releases.last_month,
        lag(releases.release_id) over (order by releases.release_id)
            as previous_release_id,
        lag(releases.last_month) over (order by releases.release_id)
            as previous_last_month
    from {{ ref('stg_releases') }} as releases
    inner join {{ ref('int_release_gate') }} as gate
        on releases.release_id = gate.release_id
),

spans as (
    select * from {{ ref('stg_revision_spans') }}
),

-- Between two loaded releases others may have come out, each revising its own span.
published as (
    select
        release_id,
        previous_release_id,
        unnest(
            generate_series(
                previous_last_month + interval 1 month, last_month, interval 1 month
            )
        ) as reference_month
    from releases
    where previous_release_id is not null
),

-- One of them that may revise any month makes every month usual.
usual as (
    select
        published.release_id,
        published.previous_release_id,
        if(
            bool_or(spans.months_back is null),
            null,
            cast(
                min(published.reference_month - to_months(spans.months_back)) as date
            )
        ) as usual_from
    from published
    inner join spans on month(published.reference_month) = spans.reference_month
    group by published.release_id, published.previous_release_id
),

cells as (
    select *
    from {{ ref('int_cells') }}
    where period_type = 'month'
)

select
    usual.release_id,
    later.period_start as month_date,
    usual.previous_release_id,
    count(*) as series_revised,
    max(abs(later.published_musd - earlier.published_musd)) as largest_revision_musd,
    any_value(usual.usual_from) as usual_from
from usual
inner join cells as later
    on
        usual.release_id = later.release_id
        and usual.usual_from > later.period_start
inner join cells as earlier
    on
        usual.previous_release_id = earlier.release_id
        and later.period_start = earlier.period_start
        and later.series_id = earlier.series_id
        and later.published_musd != earlier.published_musd
group by usual.release_id, later.period_start, usual.previous_release_id
order by usual.release_id, later.period_start
