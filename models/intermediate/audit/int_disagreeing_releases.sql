with sentences as (
    select * from {{ ref('sentences') }}
),

-- What a release printed of a month, and what was announced with it.
disagreeing as (
    select
        announcements.release_id,
        announcements.month_date,
        {{ filled_in('sentences.template', {
            'month': month_words('announcements.month_date'),
            'printed': one_decimal('announcements.printed_busd'),
            'announced': one_decimal('announcements.announced_busd'),
        }) }} as words
    from {{ ref('int_announcements') }} as announcements
    inner join sentences on sentences.topic = 'announcement'
    where announcements.printed_busd != announcements.announced_busd
)

select
    release_id,
    {{ listed(
        'words', "'; '", '-' ~ month_number('month_date')
    ) }} as listed_months,
    row_number() over (order by release_id desc) as place,
    count(*) over () as releases
from disagreeing
group by release_id
