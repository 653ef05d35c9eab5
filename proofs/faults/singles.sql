-- A damaged copy of the release for each fault. Grain: release_id. Variable: sample,
-- how many of a kind; null for all.
create or replace temp table copies as
select
    'f' || number as release_id,
    kind,
    true as is_single,
    [year] as years,
    cells,
    wrong,
    sound
from faults
qualify
    getvariable('sample') is null
    or row_number() over (partition by kind order by number) <= getvariable('sample')
