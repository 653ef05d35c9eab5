-- Load the damaged copies beside the undamaged release, under release_ids of their own.
-- A copy's rows are the correct ones of its years, but for the cells that it damages.
create or replace temp table damaged as
with copied as (
    select
        release_id,
        unnest(years) as year,
        map_from_entries(list_zip(cells, wrong)) as wrong
    from copies
),

printed as (
    select * exclude (release_id) from raw.monthly_trade
    union all by name
    select * exclude (release_id) from raw.annual_trade
),

rows_of_copies as (
    select
        copied.release_id,
        copied.wrong,
        printed.*
    from copied
    inner join printed on copied.year = printed.year
)

select
    * exclude (wrong) replace (
        coalesce(wrong[line_number || ' balance_total'], balance_total)
            as balance_total,
        coalesce(wrong[line_number || ' balance_goods'], balance_goods)
            as balance_goods,
        coalesce(wrong[line_number || ' balance_services'], balance_services)
            as balance_services,
        coalesce(wrong[line_number || ' exports_total'], exports_total)
            as exports_total,
        coalesce(wrong[line_number || ' exports_goods'], exports_goods)
            as exports_goods,
        coalesce(wrong[line_number || ' exports_services'], exports_services)
            as exports_services,
        coalesce(wrong[line_number || ' imports_total'], imports_total)
            as imports_total,
        coalesce(wrong[line_number || ' imports_goods'], imports_goods)
            as imports_goods,
        coalesce(wrong[line_number || ' imports_services'], imports_services)
            as imports_services
    )
from rows_of_copies;

insert into raw.monthly_trade by name
select * exclude (first_month, last_month)
from damaged
where month is not null;

insert into raw.annual_trade by name
select * exclude (month)
from damaged
where month is null;

insert into raw.releases
select releases.* replace (copies.release_id as release_id)
from raw.releases
cross join copies;

insert into raw.release_columns
select columns.* replace (copies.release_id as release_id)
from raw.release_columns as columns
cross join copies
