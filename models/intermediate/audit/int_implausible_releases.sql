with printed_rows as (
    select
        *,
        count(*) over (partition by release_id) as rows_printed
    from {{ ref('stg_printed_rows') }}
),

-- Goods exceed services by at least 20 billion in every row published since 1992.
rows_of_services as (
    select
        release_id,
        line_number,
        rows_printed,
        exports_goods <= exports_services and imports_goods <= imports_services
            as is_in_both,
        printf('line %d', line_number) as words,
        row_number() over (partition by release_id order by line_number) as place
    from printed_rows
    where
        exports_goods <= exports_services
        or imports_goods <= imports_services
),

exchanged as (
    select
        release_id,
        count(*) as found,
        count(*) = max(rows_printed) and bool_and(is_in_both) as is_throughout
    from rows_of_services
    group by release_id
),

announcements as (
    select
        *,
        printf(
            '%s is %,.1f, announced %,.1f',
            {{ month_words('month_date') }},
            cast(printed_busd as double),
            cast(announced_busd as double)
        ) as words
    from {{ ref('int_announcements') }}
    where is_far
),

far_months as (
    select
        *,
        row_number() over (
            partition by release_id
            order by abs(printed_busd - announced_busd) desc, month_date desc
        ) as place,
        count(*) over (partition by release_id) as found
    from announcements
    where not is_announced_with_it
)

select
    release_id,
    true as is_stopped,
    'services exceed goods in every row of exports and imports: '
    || 'are the headers exchanged?' as fault
from exchanged
where is_throughout
union all
select
    release_id,
    true as is_stopped,
    printf(
        'the deficit of %s billion dollars: are the units or the years wrong?', words
    ) as fault
from announcements
where
    is_last
    and is_multiple
union all
select
    rows_of_services.release_id,
    false as is_stopped,
    'services exceed goods in exports or imports, as never before: '
    || {{ listed(
        'case when rows_of_services.place <= 12 then rows_of_services.words end',
        'rows_of_services.place', ', '
    ) }}
    || case
        when max(exchanged.found) > 12
            then printf(', and %,d more', max(exchanged.found) - 12)
        else ''
    end as fault
from rows_of_services
inner join exchanged on rows_of_services.release_id = exchanged.release_id
where not exchanged.is_throughout
group by rows_of_services.release_id
union all
select
    release_id,
    false as is_stopped,
    printf(
        'deficits differ from those announced first by more than %,.1f billion, more '
        || 'than any revision so far: ',
        cast(max(bound_busd) as double)
    )
    || {{ listed('case when place <= 12 then words end', 'place') }}
    || case
        when max(found) > 12 then printf('; and %,d more', max(found) - 12)
        else ''
    end as fault
from far_months
group by release_id
