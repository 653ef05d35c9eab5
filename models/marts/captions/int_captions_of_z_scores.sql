with sums as (
    select
        residuals.status,
        releases.units_note,
        year(residuals.period_start) as year,
        -- Exact to nine decimals, so that they add up alike in any order.
        cast(
            12.0 * residuals.residual_musd * residuals.residual_musd / residuals.terms
            as decimal(28, 9)
        ) as z_squared
    from {{ ref('fct_reconciliation') }} as residuals
    inner join {{ ref('dim_release') }} as releases
        on residuals.release_id = releases.release_id
    where
        releases.is_latest
        and residuals.period_type in ('year', 'part_year')
        and residuals.identity_family = 'period'
),

counts as (
    select
        max(units_note) as units_note,
        count(*) as identities,
        count(case when status = 'unlikely' then 1 end) as unlikely,
        count(case when status = 'break' then 1 end) as breaks,
        min(case when status = 'unlikely' then year end) as first_year,
        max(case when status = 'unlikely' then year end) as last_year
    from sums
),

-- In the years from the first unlikely one to the last, and in the others. What is
-- broken is no rounding, and would outweigh all the rest.
squares as (
    select
        coalesce(sums.year between counts.first_year and counts.last_year, false)
            as is_inside,
        avg(sums.z_squared) as mean_square
    from sums
    cross join counts
    where sums.status != 'break'
    group by coalesce(sums.year between counts.first_year and counts.last_year, false)
),

judged as (
    select
        counts.*,
        inside.mean_square as inside,
        outside.mean_square as outside,
        case
            when lower(counts.units_note) like '%seasonal adjustment%' then 'noted'
            else 'other'
        end as reason_case,
        case when counts.breaks = 0 then 'all' else 'unbroken' end as mean_case,
        case
            when counts.unlikely = 0 and counts.breaks > 0 then 'title_of_breaks'
            when counts.unlikely = 0 then 'title_of_none'
            when counts.unlikely = 1 then 'title_of_one'
            when counts.first_year = counts.last_year then 'title_of_one_year'
            else 'title'
        end as title_case,
        case
            when counts.unlikely = 0 then 'sentence_of_none'
            when outside.mean_square is null then 'sentence_of_all_years'
            else 'sentence'
        end as sentence_case
    from counts
    left join squares as inside on inside.is_inside
    left join squares as outside on not outside.is_inside
),

facts as (
    select
        judged.*,
        reasons.template as reason,
        means.template as mean_square
    from judged
    inner join {{ ref('sentences') }} as reasons
        on
            reasons.topic = 'unlikely_sums'
            and judged.reason_case = reasons.sentence_case
    inner join {{ ref('sentences') }} as means
        on
            means.topic = 'mean_square'
            and judged.mean_case = means.sentence_case
)

{{ captions(
    'z_scores',
    {
        'title': 'facts.title_case',
        'sentence': 'facts.sentence_case',
        'alternative_text': "'alternative_text'",
    },
    {
        'reason': 'facts.reason',
        'mean_square': 'facts.mean_square',
        'note': 'facts.units_note',
        'identities': grouped('facts.identities'),
        'unlikely': grouped('facts.unlikely'),
        'breaks': grouped('facts.breaks'),
        'first_year': whole('facts.first_year'),
        'last_year': whole('facts.last_year'),
        'inside': two_decimals('facts.inside'),
        'outside': two_decimals('facts.outside'),
    }
) }}
