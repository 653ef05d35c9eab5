{% set most = 20 %}

with suspects as (
    select * from {{ ref('int_suspect_cells') }}
    where not is_accepted
),

ranked as (
    select
        *,
        row_number() over (
            order by release_id desc, line_number asc, column_number asc
        ) as place,
        count(*) over () as suspects
    from suspects
),

breaks as (
    select
        *,
        row_number() over (
            order by release_id desc, period_start asc, period_type asc, identity_id asc
        ) as place
    from {{ ref('int_identity_residuals') }}
    where
        status = 'break'
        and accepted_reason is null
)

select
    2 as part,
    place,
    printf(
        '%s: %s, %s reads %,d; ',
        printed_at,
        replace(series_id, '_', ' '),
        {{ period_words('period_type', 'period_start', 'period_end') }},
        published_musd
    )
    || case
        when implied_musd is null
            then 'the identities speak against it, but not for one value'
        else
            printf(
                'the identities say %,d (%,d to %,d)',
                implied_musd, implied_low_musd, implied_high_musd
            )
    end
    || case
        when is_ambiguous or implied_musd is null
            then '; ambiguous: not all that are listed need be wrong'
        else ''
    end as line
from ranked
where place <= {{ most }}
union all
select
    3 as part,
    1 as place,
    printf('... and %,d more, in intermediate.int_suspect_cells', suspects - {{ most }})
        as line
from ranked
where place = {{ most }} + 1
union all
select
    4 as part,
    1 as place,
    'Mend the text; or, where it was published so, accept it with a reason in '
    || 'seeds/known_discrepancies.csv:' as line
from ranked
where place = 1
union all
-- A row of known_discrepancies, but for its reason.
select
    5 as part,
    place,
    printf(
        '%s,%s,%s,%s,%s,%d,"..."',
        release_id,
        identity_id,
        period_type,
        cast(period_start as string),
        cast(period_end as string),
        residual_musd
    ) as line
from breaks
where place <= {{ most }}
