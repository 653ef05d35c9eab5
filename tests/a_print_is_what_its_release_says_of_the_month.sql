-- Numbers and lines as the normaliser read them; prints counted from the name of the
-- release, which is its last month; revisions from the row before in the order of the
-- prints, where the model joins prints to each other. What a release remembers of the
-- one before is that one's print, unless it is there. Units: millions. Grain of a
-- failure: a release, month and component as it stands, or as it should.
with releases as (
    select
        release_id,
        12 * cast(substr(release_id, 1, 4) as integer)
        + cast(substr(release_id, 6, 2) as integer) as last_month
    from {{ ref('dim_release') }}
    where is_sound
),

months as (
    select
        months.*,
        case months.period_type
            when 'month' then months.release_id
            else {{ year_month('make_date(months.year, months.month, 1)') }}
        end as print_release_id,
        case months.period_type
            when 'month' then releases.last_month - 12 * months.year - months.month + 1
            else 1
        end as print_number
    from {{ ref('monthly_trade') }} as months
    inner join releases on months.release_id = releases.release_id
    where
        months.period_type = 'month'
        or 12 * months.year + months.month not in (
            select others.last_month from releases as others
        )
),

latest_of_year as (
    select
        year,
        max(release_id) as release_id
    from months
    where period_type = 'month'
    group by year
),

accepted as (
    select distinct
        release_id,
        line_number
    from {{ ref('fct_reconciliation') }}
    where accepted_reason is not null
),

facts as (
    {% for component in ['total', 'goods', 'services'] %}
        select
            release_id,
            print_release_id,
            line_number,
            year,
            month,
            print_number,
            period_type,
            '{{ component }}' as component,
            exports_{{ component }} as exports_musd,
            imports_{{ component }} as imports_musd,
            balance_{{ component }} as balance_musd,
            is_revised
        from months
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

prints as (
    select
        *,
        lag(print_number) over prints as print_before,
        lag(exports_musd) over prints as exports_before_musd,
        lag(imports_musd) over prints as imports_before_musd,
        lag(balance_musd) over prints as balance_before_musd,
        first_value(print_number) over prints as first_print,
        first_value(exports_musd) over prints as exports_first_musd,
        first_value(imports_musd) over prints as imports_first_musd,
        first_value(balance_musd) over prints as balance_first_musd
    from facts
    window prints as (partition by year, month, component order by print_number)
),

expected as (
    select
        prints.print_release_id as release_id,
        make_date(prints.year, prints.month, 1) as month_date,
        prints.component,
        prints.release_id as reported_in,
        prints.line_number,
        prints.print_number,
        prints.exports_musd,
        prints.imports_musd,
        prints.balance_musd,
        {% for kind, loaded in {
            'before': 'prints.print_before = prints.print_number - 1',
            'first': 'prints.first_print = 1',
        }.items() %}
            {% for flow in ['exports', 'imports', 'balance'] %}
                case
                    when {{ loaded }}
                        then prints.{{ flow }}_musd - prints.{{ flow }}_{{ kind }}_musd
                end as {{ flow }}_revision_from_{{ kind }}_musd,
            {% endfor %}
        {% endfor %}
        calendar.released_on,
        prints.is_revised,
        prints.print_number = 1 as is_first_print,
        latest_of_year.year is not null and prints.period_type = 'month' as is_current,
        accepted.line_number is not null as has_accepted_break
    from prints
    left join {{ ref('release_calendar') }} as calendar
        on prints.print_release_id = calendar.release_id
    left join latest_of_year
        on
            prints.release_id = latest_of_year.release_id
            and prints.year = latest_of_year.year
    left join accepted
        on
            prints.release_id = accepted.release_id
            and prints.line_number = accepted.line_number
)

{{ different_rows(ref('fct_monthly_trade_vintages'), 'expected') }}
