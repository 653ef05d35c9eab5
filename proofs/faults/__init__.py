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

from pathlib import Path

import duckdb

from project import DBT, ROOT, ProjectError
from proofs.commands import Command, run
from proofs.replay import Manifest, load_seeds, read_manifest, replay

DATABASE = "faults.duckdb"  # the SQL knows it
SUSPECTS = "int_suspect_cells"
CERTAIN_FROM_MUSD = 3
SEVERAL = 1_000


def compiled(folder: Path) -> Manifest:
    """Return the models' SQL for ``DATABASE``; dbt leaves files in the folder."""
    command: Command = [
        DBT, "--quiet", "compile", "--select", f"+{SUSPECTS}",
        "--target-path", folder / "target", "--log-path", folder,
    ]  # fmt: skip
    run(command, US_TRADE_DB=str(folder / DATABASE))
    return read_manifest(folder / "target" / "manifest.json")


def load_release(connection: duckdb.DuckDBPyConnection, manifest: Manifest) -> None:
    connection.execute("set enable_progress_bar = false")  # DuckDB's own, which a pipe hears too
    load_seeds(connection, manifest, ROOT / "seeds")
    for table in ("monthly_trade", "annual_trade", "release_columns", "releases"):
        connection.execute(
            f"delete from raw.{table} where release_id < (select max(release_id) from raw.releases)"
        )


def damage(connection: duckdb.DuckDBPyConnection, sample: int | None) -> None:
    """Load damaged copies: of each kind of fault all, or a sample; of several faults so many."""
    connection.execute("set variable sample = $value", {"value": sample})
    connection.execute("set variable several = $value", {"value": sample or SEVERAL})
    for name in ("faults", "singles", "several", "load"):
        connection.execute(sql(name))


def audit(connection: duckdb.DuckDBPyConnection, manifest: Manifest) -> None:
    """Run the models. Raises ProjectError."""
    replayed = replay(connection, manifest, upto=SUSPECTS)
    if not replayed.succeeded:
        raise ProjectError("\n".join(f"{name}: {why}" for name, why in replayed.errors.items()))


def judge(connection: duckdb.DuckDBPyConnection) -> tuple[list[list[str]], int, bool]:
    """Make the table `verdicts`; return its counts, the false alarms, and whether all is proven."""
    connection.execute("set variable certain_from = $value", {"value": CERTAIN_FROM_MUSD})
    connection.execute(sql("verdicts"))
    counts = connection.execute(sql("results")).fetchall()
    [(false_alarms, is_proven)] = connection.execute(sql("proven")).fetchall()
    rows = [[one if isinstance(one, str) else f"{one:,}" for one in row] for row in counts]
    return rows, false_alarms, is_proven


def sql(name: str) -> str:
    return Path(__file__).with_name(f"{name}.sql").read_text()
