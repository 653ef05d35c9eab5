"""Change every column of every mart, and see that a data test of the build fails.

What is changed is a file as `dbt build` makes it, of several releases, so that no mart is empty:
one of them does not hold and is left out, a month between two of them was not loaded, and the
latest has a break that is accepted.  In a mart, one row at a time:

    changed   the first, the middle and the last value of the column: the least that a number can
              differ by, a month later, true for false, a text with a letter more
    filled    a null is given a value
    emptied   a value is made null, where the mart's contract allows it

A column is watched where each such change fails one of the data tests that read the mart.  A table
macro has no rows of its own: what it reads is watched.  And of each data test that reads a table,
one change of what it reads must make it fail, or a row that is missing or stands twice.

Prints the marts and how many of their columns are watched.  Exit status: 0; 1 where a column is
not watched or a test cannot fail, and no reason is given here, or one that is not needed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import duckdb

from project import DBT, ROOT, Progress, ProjectError, main, markdown_table
from proofs.made_up_releases import Changes, Published, exact, made_up_release
from proofs.replay import Manifest, Node, load_seeds, of_type, read_manifest, replay
from release import normalize

# "mart.column": why no data test can see a change of it.
NOT_WATCHED: dict[str, str] = {}
# A data test, and why no change here makes it fail.
CANNOT_FAIL = {
    "the_front_page_of_february_2024_is_the_published_one":
        "it is of the committed release, which is not one of these",
}  # fmt: skip

FIRST_YEAR = 2020
UNDATED = "'2023-07', '2023-10'"

# By the type of a column: what becomes of a value, and of a null.
VALUES = {
    "BOOLEAN": ("not {column}", "false"),
    "DATE": ("cast({column} + interval 1 month as date)", "date '2000-01-01'"),
    "VARCHAR": ("{column} || 'x'", "'x'"),
    "INTEGER": ("{column} + 1", "0"),
    "BIGINT": ("{column} + 1", "0"),
    "HUGEINT": ("{column} + 1", "0"),
    "DOUBLE": ("{column} + 0.000002", "0"),
}
COPY = "changed_copy"  # stands in for a table, without its key, which would refuse some changes


class Change(NamedTuple):
    column: str
    said: str
    statement: str


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
    """Raises ProjectError where something is not watched as this file says."""
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="us_trade-watched-") as name,
        Progress("watched") as progress,
    ):

        def told(detail: str) -> None:
            progress(detail=detail)

        told("dbt build")
        folder = Path(name)
        database, manifest = built(folder)
        with duckdb.connect(database) as connection:
            told("several releases")
            load_releases(connection, manifest, folder)
            columns = measure(connection, manifest, told=told)
            faults = wrong(columns) + blind(connection, manifest, told=told)
    print(table(columns))
    for name, reason in {**NOT_WATCHED, **CANNOT_FAIL}.items():
        print(f"not watched: {name}: {reason}")
    watched, tried = sum(c.is_watched for c in columns), sum(c.tried for c in columns)
    print(f"\n{watched} of {len(columns)} columns are watched: {tried:,} changes in "
          f"{time.monotonic() - started:.0f} s")  # fmt: skip
    if faults:
        raise ProjectError("\n".join(faults))


def table(columns: Sequence[Column]) -> str:
    rows = []
    for mart in dict.fromkeys(column.mart for column in columns):
        of_mart = [column for column in columns if column.mart == mart]
        watched = sum(column.is_watched for column in of_mart)
        rows.append([mart, str(len(of_mart)), str(watched), str(sum(c.tried for c in of_mart))])
    header = ["mart", "columns", "watched", "changes"]
    return markdown_table(header, rows, [False, True, True, True])


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
    connection.execute("set threads = 1")  # for queries this small, more take longer
    releases, seeds = folder / "releases", folder / "seeds"
    releases.mkdir()
    seeds.mkdir()
    for name, text in texts():
        (releases / f"{name}.txt").write_bytes(text.encode())
    normalize(releases, seeds, check=False)
    load_seeds(connection, manifest, seeds)
    for seed in ("release_calendar", "headline_deficits"):
        connection.execute(f"delete from raw.{seed} where release_id in ({UNDATED})")
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
    """Six releases of four years: the third does not hold, and that of January was not loaded."""
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
            (2021, 3): {"imports_goods": month},
        }
        text = made_up_release(published, (2023, month), changes)
        if month == 9:
            text = damaged(text, 2020, "May", 2, 777)  # one number, which two sums name
            text = damaged(text, 2020, "June", 5, 90)  # two of a year, in a row each
            text = damaged(text, 2020, "July", 5, -4000)
            for column, error in ((1, 500), (2, 500), (4, 500), (5, 500)):
                text = damaged(text, 2021, "April", column, error)  # a row that holds all the same
            for column, error in ((2, 300), (4, 900), (6, 5000), (7, -70)):
                text = damaged(text, 2022, "October", column, error)  # too many to tell
        yield f"2023-{month:02}", text
    text = made_up_release(published, (2024, 2))
    text = damaged(text, 2020, "March", 5, 1000)
    yield "2024-02", damaged(text, 2023, "November", 9, -30)


def damaged(text: str, year: int, month: str, column: int, error: int) -> str:
    """The text with an error in the number of a month that stands so many columns on."""
    lines = text.split("\n")
    start = next(at for at, line in enumerate(lines) if line.split("\t")[0] == str(year))
    at = next(at for at in range(start, len(lines)) if lines[at].split("\t")[0] == month)
    fields = lines[at].split("\t")
    fields[column] = f"{int(fields[column].replace(',', '')) + error:,}"
    lines[at] = "\t".join(fields)
    return "\n".join(lines)


# --------------------------------------------------------------------------- the changes


def measure(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, *, sparing: bool = False,
    told: Callable[[str], None] = lambda mart: None,
) -> list[Column]:  # fmt: skip
    """Of a built database, each column of each mart, and what no data test saw of its changes.

    With ``sparing``, the middle value of a column alone is changed, not the first and the last.
    """
    columns: dict[str, Column] = {}
    for mart in of_type(manifest, "model"):
        if mart["schema"] != "marts" or mart["config"]["materialized"] != "table":
            continue
        told(mart["name"])
        tests = [
            failures(test, mart)
            for test in of_type(manifest, "test")
            if mart["unique_id"] in test["depends_on"]["nodes"]
        ]
        for change in changes(connection, mart, sparing=sparing):
            column = Column(mart["name"], change.column)
            column = columns.setdefault(str(column), column)
            column.tried += 1
            if not is_seen(connection, tests, change):
                column.unseen.append(change.said)
    return list(columns.values())


def wrong(columns: Sequence[Column], reasons: Mapping[str, str] = NOT_WATCHED) -> list[str]:
    """Where the columns are not watched as the reasons say."""
    faults = [
        f"{column}: {', '.join(column.unseen) or 'has no value'}: no data test fails; "
        "write one, or give the reason in NOT_WATCHED"
        for column in columns
        if not column.is_watched and str(column) not in reasons
    ]
    unwatched = {str(column) for column in columns if not column.is_watched}
    return faults + [
        f"{name}: is watched, or is no column; take it out of NOT_WATCHED"
        for name in reasons
        if name not in unwatched
    ]


def blind(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, *,
    told: Callable[[str], None] = lambda test: None,
) -> list[str]:  # fmt: skip
    """The data tests that no change of a table that they read makes fail, as faults."""
    faults = []
    for test in of_type(manifest, "test"):
        told(test["name"])
        reads = [manifest["nodes"][name] for name in test["depends_on"]["nodes"]]
        is_blind = reads and not any(
            is_seen(connection, [failures(test, node)], change)
            for node in reads
            for change in (*coarse_changes(connection, node), *changes(connection, node))
        )
        if is_blind and test["name"] not in CANNOT_FAIL:
            faults.append(f"{test['name']}: no change of what it reads makes it fail")
    return faults


def failures(test: Node, changed: Node) -> str:
    """The test's SQL, which reads the copy in place of the table, and stops at a failure."""
    select = test["compiled_code"].replace(changed["relation_name"], COPY)
    return f"select 1 from ({select}) as failures limit 1"


def coarse_changes(connection: duckdb.DuckDBPyConnection, node: Node) -> Iterator[Change]:
    """A row that is missing or stands twice, and numbers beyond what rounding explains."""
    copy(connection, node)
    for row in ends_and_middle(rows(connection, "true")):
        yield Change("", "lost", f"delete from {COPY} where rowid = {row}")
        yield Change("", "twice", f"insert into {COPY} select * from {COPY} where rowid = {row}")
    for column, kind, *_ in columns_of(connection, node):
        if kind in ("INTEGER", "BIGINT"):
            yield Change(column, "all changed", f"update {COPY} set {column} = {column} + 1000")


def changes(
    connection: duckdb.DuckDBPyConnection, node: Node, *, sparing: bool = False
) -> Iterator[Change]:
    """What to change in the copy of a table, column by column; raises ProjectError."""
    copy(connection, node)
    for column, kind, nullable, *_ in columns_of(connection, node):
        if kind.startswith("DECIMAL"):
            decimals = int(kind.rstrip(")").partition(",")[2])
            value, filled = f"{{column}} + {10**-decimals:.{decimals}f}", "0"
        elif kind in VALUES:
            value, filled = VALUES[kind]
        else:
            raise ProjectError(f"{node['name']}, {column}: no change is known of the type {kind}")
        update = f"update {COPY} set {column} = {{}} where rowid = {{}}"
        held = rows(connection, f"{column} is not null")
        middle = held[len(held) // 2 :][:1]
        for row in middle if sparing else ends_and_middle(held):
            changed = update.format(value.format(column=column), row)
            yield Change(column, f"changed in row {row}", changed)
        for row in rows(connection, f"{column} is null")[:1]:
            yield Change(column, f"filled in row {row}", update.format(filled, row))
        for row in middle if nullable == "YES" else ():
            yield Change(column, f"emptied in row {row}", update.format("null", row))


def columns_of(connection: duckdb.DuckDBPyConnection, node: Node) -> list[tuple[str, ...]]:
    return connection.execute(f"describe {node['relation_name']}").fetchall()


def copy(connection: duckdb.DuckDBPyConnection, node: Node) -> None:
    connection.execute(
        f"create or replace temp table {COPY} as from {node['relation_name']} order by all"
    )


def rows(connection: duckdb.DuckDBPyConnection, condition: str) -> list[int]:
    found = connection.execute(f"select rowid from {COPY} where {condition} order by rowid")
    return [row for (row,) in found.fetchall()]


def ends_and_middle(rows: list[int]) -> list[int]:
    return sorted({*rows[:1], *rows[len(rows) // 2 :][:1], *rows[-1:]})


def is_seen(connection: duckdb.DuckDBPyConnection, tests: list[str], change: Change) -> bool:
    """Whether a test fails of the change, which is undone; that test is asked first next time."""
    connection.execute("begin")
    try:
        connection.execute(change.statement)
        for test in tests:
            if connection.execute(test).fetchall():
                tests.remove(test)
                tests.insert(0, test)
                return True
        return False
    finally:
        connection.execute("rollback")


if __name__ == "__main__":
    sys.exit(main(command, parser()))
