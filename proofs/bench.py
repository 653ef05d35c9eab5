"""Measure the project as whole processes: all in one run on one machine.

First `make` of one release with nothing changed and after a change to a model, plain `dbt build`,
and dbt's build of an empty project, which is what dbt itself takes.  Then, with as many releases as
--releases says, the normaliser, and `dbt build` with all its tests from an empty file and with
nothing parsed; their memory; the file's size.

Times are medians of as many runs as --runs says; nothing is asserted of them.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import project
from project import DBT, ROOT, ProjectError, markdown_table, open_database
from proofs import parser_of
from proofs.commands import Command, run
from proofs.copies import copy_project, releases_of
from proofs.tables import write_table

BUILD: Command = [DBT, "--quiet", "build"]
EMPTY = """
name: empty
version: '1.0'
profile: us_trade
flags: {send_anonymous_usage_stats: false}
"""


def measure(
    runs: int, command: Command, folder: Path, before: Callable[[], object] = lambda: None
) -> tuple[float, float]:
    """Return a command's median seconds and most memory; ``before`` is not measured."""
    ran = []
    for _ in range(runs):
        before()
        ran.append(run(command, folder, US_TRADE_DB=str(folder / "us_trade.duckdb")))
        print(f"{ran[-1].seconds:8.2f} s  {' '.join(map(str, command))}", file=sys.stderr)
    return statistics.median(one.seconds for one in ran), max(one.peak_mib for one in ran)


def from_nothing(runs: int, folder: Path) -> tuple[float, float]:
    """Measure `dbt build` with no database and no parsed project."""

    def clear() -> None:
        shutil.rmtree(folder / "target", ignore_errors=True)
        (folder / "us_trade.duckdb").unlink(missing_ok=True)

    return measure(runs, BUILD, folder, clear)


def ways(folder: Path, runs: int) -> str:
    """Return a table of the time of each way to build one release."""
    one, empty = copy_project(folder / "one", releases_of(1)), folder / "empty"
    (empty / "models").mkdir(parents=True)
    (empty / "models" / "one.sql").write_text("select 1 as one")
    (empty / "dbt_project.yml").write_text(EMPTY)
    shutil.copy(ROOT / "profiles.yml", empty)
    make: Command = [sys.executable, one / "scripts" / "build.py"]
    model = one / "models" / "staging" / "stg_releases.sql"

    def change() -> None:
        model.write_text(f"-- changed\n{model.read_text()}")

    measure(1, make, one)
    took = {"dbt build, an empty project": from_nothing(runs, empty)[0]}
    [least] = took.values()
    took["make, after a change to a model"] = measure(runs, make, one, change)[0]
    took["make, nothing changed"] = measure(runs, make, one)[0]
    took["dbt build, from nothing"] = from_nothing(runs, one)[0]
    rows = [[what, f"{seconds:.2f} s", f"{seconds / least:.2f}"]
            for what, seconds in sorted(took.items(), key=lambda item: item[1])]  # fmt: skip
    return markdown_table(["one release", "time", "x empty"], rows, [False, True, True])


def growth(folder: Path, runs: int, counts: Sequence[int]) -> str:
    """Return a table of time and memory by number of releases, each in a project of its own."""
    header = ["releases", "numbers", "normalise", "its memory", "dbt build",
              f"x {counts[0]:,}", "its memory", "file"]  # fmt: skip
    rows, first = [], 0.0
    for count in counts:
        copy = copy_project(folder / f"{count}", releases_of(count))
        read = measure(runs, [sys.executable, copy / "scripts" / "normalize_release.py"], copy)
        built = from_nothing(runs, copy)
        first = first or built[0]
        database = copy / "us_trade.duckdb"
        with open_database(database) as connection:
            numbers = "select sum(cell_count) from marts.dim_release"
            [(numbers,)] = connection.execute(numbers).fetchall()
        rows.append([
            f"{count:,}", f"{numbers:,}", f"{read[0]:.2f} s", f"{read[1]:,.0f} MiB",
            f"{built[0]:.1f} s", f"{built[0] / first:.1f}", f"{built[1]:,.0f} MiB",
            f"{database.stat().st_size / 2**20:,.1f} MiB",
        ])  # fmt: skip
        shutil.rmtree(copy)
    return markdown_table(header, rows, [True] * len(header))


def parser() -> argparse.ArgumentParser:
    what = "Measure the project with 1, 40, 400 and 1,000 releases."
    parser = parser_of("bench", what, "--runs 5 --releases 1 400", "docs/running.md")
    parser.add_argument("--runs", type=int, default=3, help="runs of each command (default: 3)")
    parser.add_argument("--releases", type=int, nargs="+", default=[1, 40, 400, 1000], metavar="N")
    return parser


def command(options: argparse.Namespace) -> None:
    if min(options.runs, *options.releases) < 1:
        raise ProjectError("--runs and --releases want numbers from 1 on")
    with tempfile.TemporaryDirectory(prefix="us_trade bench ") as folder:
        measured = "\n\n".join([
            f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
            f"DuckDB {version('duckdb')}; medians of {options.runs}",
            ways(Path(folder), options.runs),
            growth(Path(folder), options.runs, options.releases),
        ])  # fmt: skip
    print(measured)
    if options.write:
        write_table(options.write, "bench", measured)


if __name__ == "__main__":
    sys.exit(project.main(command, parser()))
