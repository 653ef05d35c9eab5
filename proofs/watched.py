"""Change every column of every mart, and see that a data test of the build fails.

What is changed is a file as `dbt build` makes it, of several releases, so that no mart is empty:
one of them does not hold and is left out, a month between two of them was not loaded, and the
latest has a break that is accepted.  In a mart, one row at a time:

    changed   the first, the middle and the last value of the column: the least that a number can
              differ by, a month later, true for false, a text with a letter more
    filled    a null is given a value
    emptied   a value is made null, where the mart's contract allows it

Each change is undone before the next.  A column is watched where every change fails one of the data
tests that read the mart.  A table macro has no rows of its own: what it reads is watched.

Prints the marts and how many of their columns are watched, and each change that nothing saw, with
the reason where NOT_WATCHED knows one.  Exit status: 0; 1 where fewer than PROMISED are watched, or
where one is listed as not watched that is, or is not there.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from project import DBT, ROOT, Progress, ProjectError, main, markdown_table
from proofs.made_up_releases import Changes, Published, exact, made_up_release
from proofs.replay import Manifest, Node, load_seeds, of_type, read_manifest, replay
from release import normalize

PROMISED = 1.0
# "mart.column": why no data test can see a change of it.
NOT_WATCHED: dict[str, str] = {}

FIRST_YEAR = 2019
CALENDAR = "release_id,released_on,source\n" + "".join(
    f"{release},{day},made up\n"
    for release, day in {
        "2023-08": "2023-10-05", "2023-09": "2023-11-07", "2023-12": "2024-02-07",
        "2024-02": "2024-04-04",
    }.items()
)  # fmt: skip

# What is changed in a value, by the kind of its column's type.
CHANGED: dict[str, str] = {
    "BOOLEAN": "not {column}",
    "DATE": "cast({column} + interval 1 month as date)",
    "VARCHAR": "{column} || 'x'",
    "INTEGER": "{column} + 1",
    "BIGINT": "{column} + 1",
    "DOUBLE": "{column} + 0.000002",
}
FILLED: dict[str, str] = {
    "BOOLEAN": "false", "DATE": "date '2000-01-01'", "VARCHAR": "'x'", "DOUBLE": "0",
    "INTEGER": "0", "BIGINT": "0",
}  # fmt: skip


@dataclass
class Column:
    """A column of a mart, and the changes of it that no data test saw."""

    mart: str
    name: str
    tried: int = 0
    unseen: list[str] = field(default_factory=list)

    @property
    def is_watched(self) -> bool:
        return self.tried > 0 and not self.unseen

    def __str__(self) -> str:
        return f"{self.mart}.{self.name}"


def parser() -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        prog="python -m proofs.watched",
        description="Change every column of every mart, and see that a data test fails.",
        epilog="example: .venv/bin/python -m proofs.watched",
    )


def command(options: argparse.Namespace) -> None:
    """Raises ProjectError where fewer columns are watched than promised."""
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="us_trade-watched-") as name,
        Progress("watched") as progress,
    ):
        progress(0, "dbt build")
        folder = Path(name)
        database, manifest = built(folder)
        with duckdb.connect(database) as connection:
            progress(detail="several releases")
            load_releases(connection, manifest, folder)
            columns = measure(connection, manifest, lambda mart: progress(detail=mart))
    print(table(columns))
    watched = sum(column.is_watched for column in columns)
    print(f"\n{watched} of {len(columns)} columns are watched, by "
          f"{sum(column.tried for column in columns):,} changes in "
          f"{time.monotonic() - started:.0f} s")  # fmt: skip
    for column in columns:
        if not column.is_watched:
            reason = NOT_WATCHED.get(str(column), "no reason is known")
            print(f"not watched: {column}: {', '.join(column.unseen) or 'no value'}: {reason}")
    if faults := wrong(columns):
        raise ProjectError("\n".join(faults))


def wrong(columns: Sequence[Column]) -> list[str]:
    """Where the marts are not watched as this file says that they are."""
    watched = {str(column): column.is_watched for column in columns}
    faults = [
        f"{name} is listed in NOT_WATCHED and {'is watched' if name in watched else 'is no column'}"
        for name in NOT_WATCHED
        if watched.get(name, True)
    ]
    if sum(watched.values()) < PROMISED * len(watched):
        faults.append(f"fewer columns are watched than promised, {PROMISED:.0%}")
    return faults


def table(columns: Sequence[Column]) -> str:
    marts = dict.fromkeys(column.mart for column in columns)
    rows = []
    for mart in marts:
        of_mart = [column for column in columns if column.mart == mart]
        watched = sum(column.is_watched for column in of_mart)
        rows.append([mart, str(len(of_mart)), str(watched), str(sum(c.tried for c in of_mart))])
    return markdown_table(
        ["mart", "columns", "watched", "changes"], rows, [False, True, True, True]
    )


# --------------------------------------------------------------------------- the releases


def built(folder: Path) -> tuple[Path, Manifest]:
    """What `dbt build` makes of the committed seeds; raises ProjectError with what dbt says."""
    database, target = folder / "us_trade.duckdb", folder / "target"
    run = subprocess.run(
        [DBT, "--quiet", "build", "--exclude-resource-type", "unit_test",
         "--target-path", target, "--log-path", folder],
        cwd=ROOT, env=os.environ | {"US_TRADE_DB": str(database)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if run.returncode:
        raise ProjectError(run.stdout + run.stderr)
    return database, read_manifest(target / "manifest.json")


def load_releases(connection: duckdb.DuckDBPyConnection, manifest: Manifest, folder: Path) -> None:
    """Build the database again from releases that fill every mart; raises ProjectError.

    ``folder`` takes their texts and seeds.
    """
    releases, seeds = folder / "releases", folder / "seeds"
    releases.mkdir()
    seeds.mkdir()
    for name, text in texts():
        (releases / f"{name}.txt").write_bytes(text.encode())
    normalize(releases, seeds, check=False)
    (seeds / "release_calendar.csv").write_text(CALENDAR)
    load_seeds(connection, manifest, seeds)
    replay(connection, manifest, upto="int_identity_residuals")
    connection.execute(
        """
        insert into raw.known_discrepancies
        select
            release_id, identity_id, period_type, period_start, period_end, residual_musd,
            'as published'
        from intermediate.int_identity_residuals
        where status = 'break' and release_id = (select max(release_id) from raw.releases)
        """
    )
    replayed = replay(connection, manifest)
    if not replayed.is_sound:
        raise ProjectError(f"the releases do not build: {replayed.failed} {replayed.broken}")


def texts() -> Iterator[tuple[str, str]]:
    """Six releases of five years: the third does not hold, and that of January was not loaded."""
    text = (ROOT / "releases" / "2024-02.txt").read_bytes().decode()
    published = Published(text.replace("1992 - Present", f"{FIRST_YEAR} - Present"))
    published.rows = {
        (year, month): exact(cells)
        for (year, month), cells in published.rows.items()
        if year >= FIRST_YEAR and month
    }
    for month in (7, 8, 9, 10, 12):
        changes: Changes = {
            (2023, month): {"exports_goods": -40 * month, "imports_services": 11 * month},
            (2023, month - 1): {"exports_services": 7 * month - 60},
            (2020, 3): {"imports_goods": month},
        }
        text = made_up_release(published, (2023, month), changes)
        if month == 9:
            text = damaged(text, 2019, "May", 2, 777)  # one number, which two sums name
            text = damaged(text, 2020, "June", 5, 90)  # one of a pair in two rows of a year
            text = damaged(text, 2020, "July", 5, -4000)
            for column, error in ((1, 500), (2, 500), (4, 500), (5, 500)):
                text = damaged(text, 2021, "April", column, error)  # a row that holds, of a year
            for column, error in ((2, 300), (4, 900), (6, 5000), (7, -70)):
                text = damaged(text, 2022, "October", column, error)  # too many to tell
        yield f"2023-{month:02}", text
    text = made_up_release(published, (2024, 2))
    text = damaged(text, 2019, "March", 5, 1000)
    yield "2024-02", damaged(text, 2023, "November", 9, -30)


def damaged(text: str, year: int, label: str, column: int, error: int) -> str:
    """The text with an error in a number, of a month or of a year's row; columns count from 1."""
    lines = text.split("\n")
    start = next(at for at, line in enumerate(lines) if line.split("\t")[0] == str(year))
    at = next(at for at in range(start, len(lines)) if lines[at].split("\t")[0] == label)
    fields = lines[at].split("\t")
    fields[column] = f"{int(fields[column].replace(',', '')) + error:,}"
    lines[at] = "\t".join(fields)
    return "\n".join(lines)


# --------------------------------------------------------------------------- the changes


def measure(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest,
    told: Callable[[str], None] = lambda mart: None,
) -> list[Column]:  # fmt: skip
    """Change the marts of a built database, column by column; they lose their keys, and no more."""
    columns: list[Column] = []
    for mart in of_type(manifest, "model"):
        if mart["schema"] == "marts" and mart["config"]["materialized"] == "table":
            told(mart["name"])
            columns += changed_columns(connection, manifest, mart)
    return columns


def changed_columns(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, mart: Node
) -> Iterator[Column]:
    relation, name = mart["relation_name"], mart["name"]
    described = connection.execute(f"describe {relation}").fetchall()
    # A key would refuse some of the changes, and what is tested are the tests.
    connection.execute(f"create or replace table {relation} as select * from {relation}")
    tests = []
    for test in of_type(manifest, "test"):
        if mart["unique_id"] in test["depends_on"]["nodes"]:
            tests.append(f'"{mart["name"]} {test["name"]}"')  # planned once: most of its time
            failures = f"({test['compiled_code']}) as failures"
            connection.execute(f"prepare {tests[-1]} as select 1 from {failures} limit 1")
    for column_name, kind, nullable, *_ in described:
        column = Column(name, column_name)
        for row, value, said in changes(connection, relation, column_name, kind, nullable == "YES"):
            column.tried += 1
            connection.execute("begin")
            connection.execute(f"update {relation} set {column_name} = {value} where rowid = {row}")
            if not is_seen(connection, tests):
                column.unseen.append(said)
            connection.execute("rollback")
        yield column


def changes(
    connection: duckdb.DuckDBPyConnection, relation: str, column: str, kind: str, nullable: bool
) -> Iterator[tuple[int, str, str]]:
    """The rows to change, what the column becomes in them, and that in words."""
    value, filled = CHANGED.get(kind), FILLED.get(kind)
    if kind.startswith("DECIMAL"):
        decimals = int(kind.rstrip(")").partition(",")[2])
        value, filled = f"{{column}} + {10**-decimals:.{decimals}f}", "0"
    if value is None or filled is None:
        raise ProjectError(f"{relation}, {column}: no change is known of the type {kind}")
    held = rows(connection, relation, f"{column} is not null")
    for row in sorted({held[0], held[len(held) // 2], held[-1]} if held else ()):
        yield row, value.format(column=column), f"changed in row {row}"
    if empty := rows(connection, relation, f"{column} is null"):
        yield empty[len(empty) // 2], filled, "filled"
    if held and nullable:
        yield held[len(held) // 2], "null", "emptied"


def rows(connection: duckdb.DuckDBPyConnection, relation: str, condition: str) -> list[int]:
    found = connection.execute(
        f"select rowid from {relation} where {condition} order by rowid"
    ).fetchall()
    return [row for (row,) in found]


def is_seen(connection: duckdb.DuckDBPyConnection, tests: list[str]) -> bool:
    """Whether a test fails; one that does is asked first the next time."""
    for test in tests:
        if connection.execute(f"execute {test}").fetchall():
            tests.remove(test)
            tests.insert(0, test)
            return True
    return False


if __name__ == "__main__":
    sys.exit(main(command, parser()))
