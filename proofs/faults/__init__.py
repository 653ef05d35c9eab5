"""Damage a release in every way a copying hand does, and judge what the audit makes of it.

Source: the latest release in the seeds.  A damaged copy is a release of its own with one fault: a
digit replaced, two neighbouring digits transposed, a digit dropped or doubled, the sign flipped,
two neighbouring cells of a row swapped; every cell, every position.  A sample of copies has two or
three such faults in a row, a year, or a series and year.  A copy holds the year in which its faults
lie, since no identity reaches beyond a year.  All copies, and the undamaged release, go through the
project's own models up to int_suspect_cells together.  Units: millions of dollars.

    compiled      the SQL of those models, from dbt
    load_release  the seeds, with the latest release alone
    damage        the copies, beside it
    audit         the models
    judge         what they made of each copy: the table `verdicts`, and its counts
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb

from project import DBT, ROOT, ProjectError
from proofs.replay import Manifest, load_seeds, read_manifest, replay

SUSPECTS = "int_suspect_cells"
CERTAIN_FROM_MUSD = 3
SEVERAL = 1_000


class Result(NamedTuple):
    """The number of copies of a kind, and of each verdict of the audit on them."""

    kind: str
    is_single: bool  # one fault in a copy
    is_small: bool  # an error below CERTAIN_FROM_MUSD
    tried: int
    detected: int
    located: int
    ambiguous: int
    repaired: int
    wrong: int


def compiled(folder: Path) -> Manifest:
    """Return the models' SQL for a database `faults.duckdb`; dbt leaves files in the folder."""
    target = folder / "target"
    run = subprocess.run(
        [DBT, "--quiet", "compile", "--select", f"+{SUSPECTS}",
         "--target-path", target, "--log-path", folder],
        cwd=ROOT, env=os.environ | {"US_TRADE_DB": str(folder / "faults.duckdb")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if run.returncode:
        raise ProjectError(run.stdout + run.stderr)
    return read_manifest(target / "manifest.json")


def file_name(manifest: Manifest) -> str:
    """Return the name that the database's file must have, since the SQL contains it."""
    [suspects] = [node for node in manifest["nodes"].values() if node["name"] == SUSPECTS]
    return f"{suspects['database']}.duckdb"


def load_release(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, seeds: Path = ROOT / "seeds"
) -> None:
    connection.execute("set enable_progress_bar = false")  # DuckDB's own, which a pipe hears too
    load_seeds(connection, manifest, seeds)
    for table in ("monthly_trade", "annual_trade", "release_columns", "releases"):
        connection.execute(
            f"delete from raw.{table} where release_id < (select max(release_id) from raw.releases)"
        )


def damage(
    connection: duckdb.DuckDBPyConnection, *, sample: int | None = None, several: int = SEVERAL,
    lines: Sequence[int] | None = None,
) -> None:  # fmt: skip
    """Load damaged copies of the release.

    Of each kind of fault all, or a sample; of each kind of several faults so many.  With ``lines``,
    faults of these lines alone.
    """
    for name, value in {"lines": lines, "sample": sample, "several": several}.items():
        connection.execute(f"set variable {name} = $value", {"value": value})
    for name in ("faults", "singles", "several", "load"):
        connection.execute(sql(name))


def audit(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest,
    progress: Callable[[str], None] = lambda name: None,
) -> None:  # fmt: skip
    """Run the models; ``progress`` is called with the name of each. Raises ProjectError."""
    replayed = replay(connection, manifest, upto=SUSPECTS, progress=progress)
    if not replayed.succeeded:
        raise ProjectError("\n".join(f"{name}: {why}" for name, why in replayed.errors.items()))


def judge(connection: duckdb.DuckDBPyConnection) -> tuple[list[Result], int]:
    """Make the table `verdicts`; return its counts, and the false alarms."""
    connection.execute(f"set variable certain_from = {CERTAIN_FROM_MUSD}")
    connection.execute(sql("verdicts"))
    results = [Result(*row) for row in connection.execute(sql("results")).fetchall()]
    [(false_alarms,)] = connection.execute(
        "select count(*) from intermediate.int_suspect_cells "
        "where release_id not in (select release_id from copies)"
    ).fetchall()
    return results, false_alarms


def is_proven(results: Sequence[Result], false_alarms: int) -> bool:
    """Return whether the audit keeps its promise.

    It repairs every single fault that must be repaired, misleads in no other copy, or in at most a
    thousandth of those with several faults, and raises no false alarm.
    """
    large = [row for row in results if not row.is_small]
    singles = [row for row in large if row.is_single]
    several = [row for row in large if not row.is_single]
    return (
        all(row.repaired == row.tried and not row.wrong for row in singles)
        and 1_000 * sum(row.wrong for row in several) <= sum(row.tried for row in several)
        and not false_alarms
    )


def sql(name: str) -> str:
    return Path(__file__).with_name(f"{name}.sql").read_text()
