-- The names of a series follow from its flow and component: exchanged names would
-- return the wrong series. Grain of a failure: a series and its wrong name.
with series as (
    select
        *,
        case component
            when 'total' then 'goods and services'
            else component
        end as of_component,
        case component
            when 'total' then case flow when 'balance' then 'GS' else 'T' end
            when 'goods' then 'G'
            when 'services' then 'S'
        end as of_fred
    from {{ ref('series') }}
),

named as (
    select
        *,
        concat(flow, '_', component) as expected_id,
        case flow
            when 'balance' then concat('Trade balance: ', of_component)
            when 'exports' then concat('Exports of ', of_component)
            when 'imports' then concat('Imports of ', of_component)
        end as expected_title,
        concat(upper(substr(flow, 1, 1)), substr(flow, 2), ', ', component)
            as expected_label,
        case flow
            when 'balance' then concat('BOP', of_fred, 'TB')
            when 'exports' then concat('BOP', of_fred, 'EXP')
            when 'imports' then concat('BOP', of_fred, 'IMP')
        end as expected_fred_id
    from series
),

judged as (
    select
        case
            when coalesce(series_id != expected_id, true)
                then concat('series_id should be ', expected_id)
            when coalesce(title != expected_title, true)
                then concat('title should be ', expected_title)
            when coalesce(label != expected_label, true)
                then concat('label should be ', expected_label)
            when coalesce(fred_series_id != expected_fred_id, true)
                then concat('fred_series_id should be ', expected_fred_id)
        end as fault,
        series_id,
        title,
        label,
        fred_series_id
    from named
)

select *
from judged
where fault is not null
