#!/usr/bin/env python3
"""Damage a release in every way a copying hand does, and count what the audit makes of it.

Source: the latest release in the seeds.  A damaged copy is a release of its own with one fault
(or two, with --pairs): a digit replaced, two neighbouring digits transposed, a digit dropped or
doubled, the sign flipped, two neighbouring cells of a row swapped; every cell, every position.
It holds the years in which its faults lie, since no identity reaches beyond a year.  All copies,
and the sound release, are loaded as seeds into one scratch database and go through the project's
own models up to int_suspect_cells in a single `dbt run`.

Printed, a row for each kind of fault and size of its error (in millions of US dollars):

    tried      damaged copies
    detected   the audit names a cell
    located    it names the damaged cells, all of them and no other, for certain
    ambiguous  it names several that fit equally well, and says so
    repaired   located, and every implied value is within 1 million of the right one

Exit status: 0; 1 where a single fault of 3 million or more was not detected, located and repaired,
or where the sound release raises an alarm.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import yaml

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ("releases", "monthly_trade", "annual_trade", "series", "identities", "known_discrepancies")
CERTAIN_FROM_MUSD = 3

# What each kind of fault makes of the digits of a number, at each position. A digit is replaced by
# another, which goes round with the cell and the position, so that all nine take their turn.
DIGIT_FAULTS = {
    "digit replaced": "before || (digit + 1 + (line_number + position + n) % 9) % 10 || after",
    "digits transposed": "before || after[1] || digit || after[2:]",
    "digit dropped": "before || after",
    "digit doubled": "before || digit || digit || after",
}

DIGIT_FAULT = """
    select
        '{kind}' as kind,
        line_number,
        year,
        [series_id] as series,
        [sign * try_cast({damage} as integer)] as wrong,
        [value_musd] as sound
    from digits
"""

FAULTS = """
create temp table faults as
with printed as (
    select line_number, year, columns('^(balance|exports|imports)_') from raw.monthly_trade
    union all
    select line_number, year, columns('^(balance|exports|imports)_') from raw.annual_trade
),

cells as (
    select line_number, year, series.series_id, series.position, value_musd
    from (unpivot printed on columns('^(balance|exports|imports)_')
        into name series_id value value_musd) as cells
    inner join raw.series as series on cells.series_id = series.series_id
),

digits as (
    select
        *,
        cast(abs(value_musd) as varchar) as digits,
        if(value_musd < 0, -1, 1) as sign,
        unnest(range(1, len(digits) + 1)) as n,
        digits[1:n - 1] as before,
        cast(digits[n] as integer) as digit,
        digits[n + 1:] as after
    from cells
),

damaged as (
    {digit_faults}
    union all
    select 'sign flipped', line_number, year, [series_id], [-value_musd], [value_musd]
    from cells
    union all
    select
        'cells swapped',
        one.line_number,
        one.year,
        [one.series_id, other.series_id],
        [other.value_musd, one.value_musd],
        [one.value_musd, other.value_musd]
    from cells as one
    inner join cells as other
        on one.line_number = other.line_number and one.position = other.position - 1
),

-- Two ways to damage a cell that come to the same number are one fault.
different as (
    select distinct on (kind, line_number, series, wrong) *
    from damaged
    where wrong != sound and wrong[1] is not null and {only}
    order by kind, line_number, series, wrong
),

chosen as (
    select *, row_number() over (order by hash(different)) as number
    from different
)

select * from chosen where number <= {sample}
"""

SINGLES = """
create table copies as
select
    'f' || number as release_id,
    kind,
    [year] as years,
    list_transform(series, lambda s: line_number || ' ' || s) as places,
    wrong,
    sound
from faults
"""

# The same faults in another order make the second of each pair.
PAIRS = """
create table copies as
with seconds as (
    select *, row_number() over (order by hash(faults)) as turn from faults
)
select
    'f' || one.number as release_id,
    case
        when one.line_number = two.line_number then 'two in a row'
        when one.year = two.year then 'two in a year'
        else 'two in different years'
    end as kind,
    list_distinct([one.year, two.year]) as years,
    list_transform(one.series, lambda s: one.line_number || ' ' || s)
    || list_transform(two.series, lambda s: two.line_number || ' ' || s) as places,
    one.wrong || two.wrong as wrong,
    one.sound || two.sound as sound
from faults as one
inner join seconds as two on one.number = two.turn
where len(list_distinct(places)) = len(places)
"""

# A copy's rows are the sound ones of its years, but for the cells that it damages.
DAMAGE = """
insert into raw.{table}
with copied as (
    select
        release_id,
        unnest(years) as year,
        map_from_entries(list_zip(places, wrong)) as damage
    from copies
)
select
    rows_of_year.* replace (
        copied.release_id as release_id,
        {columns}
    )
from copied
inner join raw.{table} as rows_of_year using (year)
"""

FALSE_ALARMS = """
select count(*)
from intermediate.int_suspect_cells
where release_id not in (select release_id from copies)
"""

RESULTS = f"""
with suspects as (
    select
        release_id,
        map_from_entries(list((line_number || ' ' || series_id, implied_musd))) as implied,
        bool_or(is_ambiguous) as is_ambiguous
    from intermediate.int_suspect_cells
    group by release_id
),

judged as (
    select
        copies.kind,
        list_min(list_transform(list_zip(wrong, sound), lambda pair: abs(pair[1] - pair[2])))
            < {CERTAIN_FROM_MUSD} as is_small,
        suspects.release_id is not null as is_detected,
        coalesce(suspects.is_ambiguous, false) as is_ambiguous,
        is_detected and not is_ambiguous
        and list_sort(map_keys(suspects.implied)) = list_sort(places) as is_located,
        is_located and list_bool_and(list_transform(
            list_zip(places, sound),
            lambda place: abs(suspects.implied[place[1]] - place[2]) <= 1
        )) as is_repaired
    from copies
    left join suspects on copies.release_id = suspects.release_id
)

select
    kind,
    if(is_small, 'below {CERTAIN_FROM_MUSD}', '{CERTAIN_FROM_MUSD} or more') as error,
    count(*) as tried,
    count(*) filter (where is_detected) as detected,
    count(*) filter (where is_located) as located,
    count(*) filter (where is_ambiguous) as ambiguous,
    count(*) filter (where is_repaired) as repaired
from judged
group by kind, is_small
order by is_small, kind
"""


def load_seeds(connection: duckdb.DuckDBPyConnection) -> None:
    """The seeds as they are, of the latest release alone, under the names that dbt gives them."""
    seeds = ROOT / "seeds"
    described = yaml.safe_load((seeds / "seeds.yml").read_text())["seeds"]
    types = {seed["name"]: seed["config"]["column_types"] for seed in described}
    connection.execute("create schema raw")
    for name in SEEDS:
        connection.execute(
            f"create table raw.{name} as "
            f"from read_csv('{seeds / name}.csv', header = true, columns = {types[name]})"
        )
    for name in ("releases", "monthly_trade", "annual_trade"):
        connection.execute(
            f"delete from raw.{name} where release_id != (select max(release_id) from raw.releases)"
        )


def damage(
    connection: duckdb.DuckDBPyConnection, *, pairs: bool, sample: int | None, only: str = "true"
) -> None:
    """Make the faults, and load a damaged copy of the release for each.

    ``only`` is a condition in SQL on a fault's kind, line_number, year, series, wrong and sound.
    """
    digit_faults = "union all".join(
        DIGIT_FAULT.format(kind=kind, damage=damage) for kind, damage in DIGIT_FAULTS.items()
    )
    limit = "(select count(*) from chosen)" if sample is None else sample
    connection.execute(FAULTS.format(digit_faults=digit_faults, sample=limit, only=only))
    connection.execute(PAIRS if pairs else SINGLES)
    series = [name for (name,) in connection.execute("select series_id from raw.series").fetchall()]
    columns = ", ".join(
        f"cast(coalesce(damage[line_number || ' {name}'], {name}) as integer) as {name}"
        for name in series
    )
    for table in ("monthly_trade", "annual_trade"):
        connection.execute(DAMAGE.format(table=table, columns=columns))
    connection.execute(
        "insert into raw.releases "
        "select releases.* replace (copies.release_id as release_id) from raw.releases, copies"
    )


def audit(database: Path) -> None:
    """Run the project's models on the copies; raises SystemExit, with dbt's words, if they fail."""
    command = [Path(sys.executable).parent / "dbt", "--quiet", "run", "--select",
               "+int_suspect_cells", "--target-path", database.parent / "target",
               "--log-path", database.parent]  # fmt: skip
    environment = os.environ | {"US_TRADE_DB": str(database)}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    if run.returncode:
        raise SystemExit(run.stdout)


def is_proven(results: list[tuple], false_alarms: int) -> bool:
    """Whether every fault that must be is repaired, and nothing that is sound is suspected."""
    missed = [row for row in results if row[1].endswith("or more") and row[2] != row[6]]
    return not missed and not false_alarms


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Damage the release in every way a copying hand does; count what is found.",
        epilog="example: scripts/inject_faults.py --pairs --sample 10000",
    )
    parser.add_argument("--pairs", action="store_true", help="two faults in each copy, not one")
    parser.add_argument("--sample", type=int, metavar="N", help="so many faults, not all of them")
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="us_trade-faults-") as folder:
        database = Path(folder) / "faults.duckdb"
        with duckdb.connect(database) as connection:
            load_seeds(connection)
            damage(connection, pairs=options.pairs, sample=options.sample)
        audit(database)
        with duckdb.connect(database, read_only=True) as connection:
            results = connection.execute(RESULTS).fetchall()
            [(false_alarms,)] = connection.execute(FALSE_ALARMS).fetchall()
    print(f"{'fault':22} {'error':10} {'tried':>7} {'detected':>8} {'located':>8} "
          f"{'ambiguous':>9} {'repaired':>8}")  # fmt: skip
    for kind, size, *counts in results:
        tried, detected, located, ambiguous, repaired = counts
        print(f"{kind:22} {size:10} {tried:7,} {detected:8,} {located:8,} {ambiguous:9,} "
              f"{repaired:8,}")  # fmt: skip
    print(f"false alarms on the sound release: {false_alarms}")
    print(f"{sum(row[2] for row in results):,} copies in {time.monotonic() - started:.0f} s")
    singles = [] if options.pairs else results
    return 0 if is_proven(singles, false_alarms) else 1


if __name__ == "__main__":
    sys.exit(main())
