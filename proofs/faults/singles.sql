-- A damaged copy of the release for each fault. Grain: release_id.
create or replace temp table copies as
select
    'f' || number as release_id,
    kind,
    [year] as years,
    list_transform(series, lambda s: line_number || ' ' || s) as cells,
    wrong,
    sound
from faults
