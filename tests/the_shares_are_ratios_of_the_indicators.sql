-- A percent is right if, multiplied back by its base, it gives its part again: the sums
-- are those of the indicators. Units: millions, percent. Grain of a failure: a month
-- and span.
with spans as (
    {% for span, column in [
        ('month', 'value_musd'),
        ('twelve_months', 'trailing_12_months_musd'),
        ('year_to_date', 'year_to_date_musd'),
    ] %}
        select
            month_date,
            '{{ span }}' as span,
            component,
            flow,
            {{ column }} as musd
        from {{ ref('mart_trade_indicators') }}
        where {{ column }} is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

sums as (
    select
        {% for series in [
            'total_balance', 'goods_balance', 'services_balance', 'total_exports',
            'services_exports', 'total_imports', 'services_imports',
        ] %}
            {{ series }}.musd as {{ series }},
        {% endfor %}
        total_balance.month_date,
        total_balance.span
    from spans as total_balance
    {% for component, flow in [
        ('goods', 'balance'), ('services', 'balance'), ('total', 'exports'),
        ('services', 'exports'), ('total', 'imports'), ('services', 'imports'),
    ] %}
        inner join spans as {{ component }}_{{ flow }}
            on
                total_balance.month_date = {{ component }}_{{ flow }}.month_date
                and total_balance.span = {{ component }}_{{ flow }}.span
                and {{ component }}_{{ flow }}.component = '{{ component }}'
                and {{ component }}_{{ flow }}.flow = '{{ flow }}'
    {% endfor %}
    where
        total_balance.component = 'total'
        and total_balance.flow = 'balance'
)

select
    sums.*,
    shares.*
from sums
full join {{ ref('mart_trade_shares') }} as shares
    on
        sums.month_date = shares.month_date
        and sums.span = shares.span
where
    sums.month_date is null
    or shares.month_date is null
    {% for share, part, base in [
        ('balance_pct_of_trade', 'total_balance', '(total_exports + total_imports)'),
        ('services_pct_of_exports', 'services_exports', 'total_exports'),
        ('services_pct_of_imports', 'services_imports', 'total_imports'),
        (
            'services_pct_of_goods_deficit',
            '(case when services_balance > 0 then services_balance end)',
            'greatest(-goods_balance, 0)'
        ),
    ] %}
        or not {{ is_ratio('shares.' ~ share, '(100 * ' ~ part ~ ')', base, 9) }}
    {% endfor %}
