with releases as (
    select * from {{ ref('int_releases') }}
),

months as (
    select
        cast(period_start - interval 1 month as date) as month_before,
        cast(lag(period_start) over in_turn + interval 1 month as date) as month_after
    from {{ ref('int_valid_rows') }}
    where
        is_current
        and period_type = 'month'
    window in_turn as (order by period_start)
),

not_routine as (
    select
        release_id,
        previous_release_id,
        month_date,
        max(abs(revision_musd)) as largest_musd
    from {{ ref('mart_release_changes') }}
    where
        not is_routine
        and release_id = (select max(releases.release_id) from releases)
    group by release_id, previous_release_id, month_date
),

disagreeing as (
    select
        release_id,
        row_number() over (order by release_id desc) as place,
        count(*) over () as releases,
        {{ listed(
            month_words('month_date') ~ " || ' is ' || " ~ one_decimal('printed_busd')
            ~ " || ', announced ' || " ~ one_decimal('announced_busd'),
            'month_date desc'
        ) }} as months
    from {{ ref('int_announcements') }}
    where
        printed_busd != announced_busd
        and is_announced_with_it
    group by release_id
)

select
    1 as place,
    printf(
        'left out    %s: %,d of its identities failed without a row in '
        || 'known_discrepancies; see marts.fct_suspect_cells',
        release_id, failures - accepted_failures
    ) as line
from releases
where failures > accepted_failures
union all
select
    case when is_stopped then 1 else 4 end as place,
    case when is_stopped then 'left out    ' else 'warning     ' end
    || release_id || ': ' || fault as line
from {{ ref('int_implausible_releases') }}
union all
select
    2 as place,
    'gap         no release covers '
    || {{ months_words('month_after', 'month_before') }}
    || ': months before and after it are not compared' as line
from months
where month_after <= month_before
union all
select
    3 as place,
    printf(
        'warning     %s revises %s further back than is routine, '
        || 'by up to %,d million dollars since %s: %s',
        release_id, {{ counted('count(*)', 'month') }},
        max(largest_musd), previous_release_id,
        {{ listed(month_words('month_date'), 'month_date desc', ', ') }}
    ) as line
from not_routine
group by release_id, previous_release_id
union all
select
    4 as place,
    printf(
        'warning     %s: "%s" is not known from any release; accept it in '
        || 'scripts/release/published_words.csv',
        {{ printed_at('lines.release_id', 'lines.line_number') }},
        split_part(left(lines.text, length(lines.text) - 1), chr(9), 1)
    ) as line
from {{ ref('release_lines') }} as lines
inner join {{ ref('stg_releases') }} as releases
    on lines.release_id = releases.release_id
where not lines.is_published
union all
select
    case when place > 5 then 5 else 4 end as place,
    case
        when place > 5
            then 'warning     ... and ' || {{ grouped('releases - 5') }}
                || ' more: see agrees_with_announcement in marts.dim_release'
        else 'warning     ' || release_id || ' differs from the deficits announced '
            || 'with it, in billions: ' || months
    end as line
from disagreeing
where place <= 6
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
    'revised     ' || sentence as line
from {{ ref('dim_release') }}
where
    is_latest
    and previous_release_id is not null
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
        'identities  %,d checked: %,d exact, %,d rounding, %,d unlikely, %,d failed%s',
        count(*),
        count(*) filter (where status = 'exact'),
        count(*) filter (where status = 'rounding'),
        count(*) filter (where status = 'unlikely'),
        count(*) filter (where status = 'failed' and accepted_reason is null),
        case
            when count(accepted_reason) > 0
                then ', ' || {{ grouped('count(accepted_reason)') }}
                    || ' accepted as known discrepancies'
            else ''
        end
    ) as line
from {{ ref('fct_reconciliation') }}
