-- Every fault that a copying hand makes of one number, or of two neighbours in a row.
-- Source: raw, with one release. Grain: kind, line_number, series, wrong.
-- Units: millions.
create or replace temp table faults as
with printed as (
    select * from raw.monthly_trade
    union all by name
    select * from raw.annual_trade
),

cells as (
    select
        unpivoted.line_number,
        unpivoted.year,
        series.series_id,
        series.sort_order,
        unpivoted.value_musd
    from (
        unpivot printed on columns('^(balance|exports|imports)_')
        into name series_id value value_musd
    ) as unpivoted
    inner join raw.series as series on unpivoted.series_id = series.series_id
),

numbers as (
    select
        *,
        cast(abs(value_musd) as varchar) as digits,
        if(value_musd < 0, -1, 1) as sign
    from cells
),

places as (
    select
        *,
        unnest(range(1, len(digits) + 1)) as n
    from numbers
),

digits as (
    select
        *,
        digits[1:n - 1] as before,
        cast(digits[n] as integer) as digit,
        digits[n + 1:] as after
    from places
),

-- A digit is replaced by another, which goes round with the cell and the position, so
-- that all nine take their turn.
digit_faults as (
    select
        *,
        'digit replaced' as kind,
        before || (digit + 1 + (line_number + sort_order + n) % 9) % 10 || after
            as damaged
    from digits
    union all
    select
        *,
        'digits transposed' as kind,
        before || after[1] || digit || after[2:] as damaged
    from digits
    union all
    select
        *,
        'digit dropped' as kind,
        before || after as damaged
    from digits
    union all
    select
        *,
        'digit doubled' as kind,
        before || digit || digit || after as damaged
    from digits
),

all_faults as (
    select
        kind,
        line_number,
        year,
        [series_id] as series,
        [sign * try_cast(damaged as integer)] as wrong,
        [value_musd] as correct
    from digit_faults
    union all
    select
        'sign flipped' as kind,
        line_number,
        year,
        [series_id] as series,
        [-value_musd] as wrong,
        [value_musd] as correct
    from cells
    union all
    select
        'cells swapped' as kind,
        one.line_number,
        one.year,
        [one.series_id, other.series_id] as series,
        [other.value_musd, one.value_musd] as wrong,
        [one.value_musd, other.value_musd] as correct
    from cells as one
    inner join cells as other
        on
            one.line_number = other.line_number
            and one.sort_order = other.sort_order - 1
),

-- Two ways to damage a cell that come to the same number are one fault.
different as (
    select distinct on (kind, line_number, series, wrong) *
    from all_faults
    where
        wrong != correct
        and wrong[1] is not null
    order by kind, line_number, series, wrong
)

select
    *,
    row_number() over (order by hash(different)) as number,
    list_transform(series, lambda s: line_number || ' ' || s) as cells
from different
