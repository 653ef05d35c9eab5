with releases as (
    select * from {{ ref('int_releases') }}
),

months as (
    select
        period_start,
        lag(period_start) over (order by period_start) as month_before
    from {{ ref('int_sound_rows') }}
    where
        is_current
        and period_type = 'month'
),

gaps as (
    select
        cast(month_before + interval 1 month as date) as first_month,
        cast(period_start - interval 1 month as date) as last_month
    from months
    where {{ month_number('period_start') }} > {{ month_number('month_before') }} + 1
),

unusual as (
    select
        release_id,
        previous_release_id,
        month_date,
        max(abs(revision_musd)) as largest_musd
    from {{ ref('mart_release_changes') }}
    where
        not is_usual
        and release_id = (select max(releases.release_id) from releases)
    group by release_id, previous_release_id, month_date
),

disagreeing as (
    select
        release_id,
        row_number() over (order by release_id desc) as place,
        count(*) over () as releases,
        {{ listed(
            "printf('%s is %,.1f, announced %,.1f', "
            ~ month_words('month_date') ~ ', printed_busd, announced_busd)',
            'month_date desc'
        ) }} as listed
    from {{ ref('int_announcements') }}
    where
        printed_busd != announced_busd
        and is_announced_with_it
    group by release_id
),

statuses as (
    select
        count(*) as identities,
        count(*) filter (where status = 'exact') as exact,
        count(*) filter (where status = 'rounding') as rounding,
        count(*) filter (where status = 'unlikely') as unlikely,
        count(*) filter (where status = 'break') as breaks
    from {{ ref('fct_reconciliation') }}
)

select
    1 as place,
    printf(
        'left out    %s: %,d of its identities are broken and accepted by no row of '
        || 'known_discrepancies; its suspects are in marts.fct_suspect_cells',
        release_id, breaks - accepted_breaks
    ) as line
from releases
where breaks > accepted_breaks
union all
select
    1 as place,
    printf('left out    %s: %s', implausible.release_id, implausible.fault) as line
from {{ ref('int_implausible_releases') }} as implausible
where implausible.is_stopped
union all
select
    2 as place,
    printf(
        'gap         no release prints %s: nothing is compared across it',
        {{ month_words('first_month') }}
        || case
            when last_month > first_month then ' to ' || {{ month_words('last_month') }}
            else ''
        end
    ) as line
from gaps
union all
select
    3 as place,
    printf(
        'warning     %s revises %,d months that came before those usual since %s, '
        || 'by up to %,d: ',
        release_id, count(*), previous_release_id, max(largest_musd)
    )
    || {{ listed(month_words('month_date'), 'month_date desc', ', ') }} as line
from unusual
group by release_id, previous_release_id
union all
select
    4 as place,
    printf('warning     %s: %s', implausible.release_id, implausible.fault) as line
from {{ ref('int_implausible_releases') }} as implausible
where not implausible.is_stopped
union all
select
    4 as place,
    printf(
        'warning     %s does not print the deficits that were announced with it, '
        || 'in billions: %s',
        release_id, listed
    ) as line
from disagreeing
where place <= 5
union all
select
    5 as place,
    printf(
        'warning     ... and %,d more, where marts.dim_release has '
        || 'agrees_with_announcement false',
        releases - 5
    ) as line
from disagreeing
where place = 6
union all
select
    6 as place,
    printf(
        'releases    %,d read, the latest is %s: %,d lines, %,d numbers',
        count(*), max(release_id), sum(line_count), sum(cell_count)
    ) as line
from releases
union all
select
    7 as place,
    'revised     ' || summaries.sentence as line
from {{ ref('mart_release_summary') }} as summaries
inner join releases on summaries.release_id = releases.release_id
where
    releases.is_latest
    and summaries.previous_release_id is not null
union all
select
    8 as place,
    printf(
        'months      %s to %s',
        {{ month_words('min(first_month)') }}, {{ month_words('max(last_month)') }}
    ) as line
from releases
union all
select
    9 as place,
    printf(
        'identities  %,d checked: %,d exact, %,d rounding, %,d unlikely, %,d broken',
        identities, exact, rounding, unlikely, breaks
    ) as line
from statuses
