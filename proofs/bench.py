"""Measure the project, as whole processes, beside the floor: all in one run on one machine.

First the ways to a database of one release: `build.py` with nothing changed and after a change to
a model, its own work (with a copy in dbt's place), and, to hold them against, `python -c pass`,
DuckDB running the same statements without dbt, and dbt's build of an empty project.

Then the project with as many releases as --releases says, the first ones of made_up_releases,
which end with the 400th month (the one release is the published text): the normaliser; `dbt
build` with all its tests, from an empty file and with nothing parsed; its peak memory; the file's
size; and the queries that a BI tool sends, in a process of their own: the first answer on a new
connection, and the median of ten more.

Times are medians of as many runs as --runs says; nothing is asserted of them.
Prints tables; exit status 0, or 1 where a command fails.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import project
from project import DBT, NO_EXTENSIONS, ROOT, Progress, ProjectError, markdown_table
from proofs.copies import copy_project
from proofs.made_up_releases import monthly_releases
from proofs.tables import write_table

QUERIES = {
    "a chart of the three balances": """
        select month_date, component, balance_musd
        from marts.fct_monthly_trade
        order by month_date, component
    """,
    "years by component, joined": """
        select dim_month.year, dim_component.label, sum(fct.exports_musd) as exports_musd
        from marts.fct_monthly_trade as fct
        inner join marts.dim_month on fct.month_date = dim_month.month_date
        inner join marts.dim_component on fct.component = dim_component.component
        where dim_component.is_leaf
        group by all
        order by all
    """,
    "the latest front page": """
        select subject, measure, value, sentence
        from marts.mart_trade_highlights
        where (release_id, month_date) = (
            select (release_id, last_month) from marts.dim_release where is_latest
        )
    """,
    "indicators of one series": """
        select * from marts.mart_trade_indicators
        where component = 'goods' and flow = 'imports'
        order by month_date
    """,
    "every estimate of one month": """
        select release_id, balance_musd, balance_revision_from_first_musd
        from marts.fct_monthly_trade_vintages
        where month_date = date '2000-03-01' and component = 'total'
        order by estimate_number
    """,
    "as it was known on a day": """
        select * from marts.trade_as_of(date '2024-06-30') where component = 'total'
    """,
    "the audit of all releases": """
        select identity_family, sum(identities), sum(unlikely), max(largest_residual_musd)
        from marts.mart_reconciliation_summary
        group by identity_family
    """,
    "the unlikely ones of a release": """
        select * from marts.fct_reconciliation
        where status = 'unlikely' and release_id = (select max(release_id) from marts.dim_release)
    """,
}

ASK = """
import json, os, statistics, sys, time, duckdb
answers = {}
for name, sql in json.loads(sys.argv[2]).items():
    with duckdb.connect(sys.argv[1], read_only=True, config=json.loads(sys.argv[3])) as connection:
        times = []
        for _ in range(11):
            started = time.perf_counter()
            connection.execute(sql).fetchall()
            times.append(time.perf_counter() - started)
    answers[name] = times[0], statistics.median(times[1:])
with duckdb.connect(sys.argv[1], read_only=True, config=json.loads(sys.argv[3])) as connection:
    [(cells,)] = connection.execute("select sum(cell_count) from marts.dim_release").fetchall()
print(json.dumps([cells, os.stat(sys.argv[1]).st_size, answers]))
"""

# What dbt compiled for a project, without dbt.
REPLAY = """
import json, sys
from pathlib import Path
import duckdb
sys.path.insert(0, sys.argv[1])
from proofs.replay import load_seeds, read_manifest, replay, run_unit_tests
built = Path(sys.argv[2])
manifest = read_manifest(built / "target" / "manifest.json")
with duckdb.connect(sys.argv[3], config=json.loads(sys.argv[4])) as connection:
    load_seeds(connection, manifest, built / "seeds")
    replayed = replay(connection, manifest)
    if sys.argv[5:]:
        run_unit_tests(connection, built / "target")
sys.exit(0 if replayed.succeeded else str(replayed))
"""

# build.py with another program in dbt's place.
WITH_ANOTHER_DBT = """
import sys
sys.path.insert(0, sys.argv[1])
import build
build.DBT = sys.argv[2]
sys.exit(build.main(sys.argv[3:]))
"""

EMPTY = "dbt, an empty project"
Command = Sequence[str | Path]


class Run(NamedTuple):
    seconds: float
    peak_mib: float


class Bench:
    """Runs commands, each as often as was asked for, and says how far it is."""

    def __init__(self, runs: int, progress: Progress) -> None:
        self.runs, self.progress = runs, progress

    def measure(self, what: str, command: Command, *, cwd: Path = ROOT,
                before: Callable[[], object] = lambda: None) -> Run:  # fmt: skip
        """The median time and the highest peak memory of a command; ``before`` is not measured.

        Raises ProjectError, with what the command said, if it fails.
        """
        taken, peaks = [], []
        for _ in range(self.runs):
            before()
            with tempfile.TemporaryFile() as output:
                started = time.perf_counter()
                process = subprocess.Popen(
                    command, cwd=cwd, env=os.environ | {"US_TRADE_DB": f"{cwd}/us_trade.duckdb"},
                    stdout=output, stderr=subprocess.STDOUT,
                )  # fmt: skip
                # Of all that wait for a process, only this one says what memory it took.
                _, status, usage = os.wait4(process.pid, 0)
                taken.append(time.perf_counter() - started)
                process.returncode = os.waitstatus_to_exitcode(status)
                output.seek(0)
                said = output.read().decode(errors="replace")
            if process.returncode:
                raise ProjectError(f"{what} failed:\n{said}")
            # In kilobytes, but on macOS in bytes.
            peaks.append(usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10))
            self.progress(detail=what)
        return Run(statistics.median(taken), max(peaks))

    def from_nothing(self, what: str, folder: Path) -> Run:
        """`dbt build` with no database and no parsed project."""

        def clear() -> None:
            shutil.rmtree(folder / "target", ignore_errors=True)
            (folder / "us_trade.duckdb").unlink(missing_ok=True)

        return self.measure(what, [DBT, "--quiet", "build"], cwd=folder, before=clear)


def empty_project(folder: Path) -> Path:
    """A project of the same profile with one model, and nothing else."""
    (folder / "models").mkdir(parents=True)
    shutil.copy(ROOT / "profiles.yml", folder)
    (folder / "dbt_project.yml").write_text(
        "name: empty\nversion: '1.0'\nprofile: us_trade\n"
        "flags: {send_anonymous_usage_stats: false}\n"
    )
    (folder / "models" / "one.sql").write_text("select 1 as one\n")
    return folder


def project_of(folder: Path, releases: Iterable[tuple[str, str]]) -> Path:
    copy_project(folder)
    for name, text in releases:
        (folder / "releases" / f"{name}.txt").write_text(text, newline="")
    return folder


def ways_to_a_database(bench: Bench, one: Path, empty: Path) -> dict[str, float]:
    """What each way takes, in seconds; ``one`` has been built, and is built again."""
    build: Command = [sys.executable, one / "scripts" / "build.py"]
    model, record = one / "models" / "staging" / "stg_releases.sql", one / "target/last_build.json"
    copy = one / "dbt"
    kept = one / "kept"
    kept.mkdir()
    copy.write_text(
        f"#!/bin/sh\ncp '{kept}'/*.json target; exec cp us_trade.duckdb \"$US_TRADE_DB\"\n"
    )
    copy.chmod(0o755)
    own: Command = [sys.executable, "-c", WITH_ANOTHER_DBT, one / "scripts", copy]

    def change() -> None:
        model.write_text(f"-- changed\n{model.read_text()}")

    def measure(what: str, command: Command, before: Callable[[], object] = lambda: None) -> float:
        return bench.measure(what, command, cwd=one, before=before).seconds

    changed = measure("make, after a change to a model", build, change)
    for name in ("manifest.json", "run_results.json"):
        shutil.copy(one / "target" / name, kept)
    return {
        "`python -c pass`": measure("python -c pass", [sys.executable, "-c", "pass"]),
        "make, nothing changed": measure("make, nothing changed", build),
        "of make, all but dbt": measure("make without dbt", own, record.unlink),
        "DuckDB alone, the same statements": replayed(bench, one),
        EMPTY: bench.from_nothing(EMPTY, empty).seconds,
        "make, after a change to a model": changed,
    }


def replayed(bench: Bench, one: Path, *, unit_tests: bool = False) -> float:
    """The seconds that DuckDB takes for a build's statements, in a copy of what was built."""
    copy = one / "alone" / "us_trade.duckdb"
    copy.parent.mkdir(exist_ok=True)
    command: Command = [
        sys.executable, "-c", REPLAY, ROOT, one, copy, json.dumps(NO_EXTENSIONS),
        *["unit tests"] * unit_tests,
    ]  # fmt: skip
    return bench.measure(
        "DuckDB alone", command, before=lambda: shutil.copy(one / "us_trade.duckdb", copy)
    ).seconds


class Size(NamedTuple):
    """A project with so many releases, normalised and built, and the queries of it."""

    normalized: Run
    built: Run
    cells: int
    bytes: int
    answers: dict[str, tuple[float, float]]  # seconds: of the first one, the median of more


def with_releases(bench: Bench, folder: Path) -> Size:
    normalized = bench.measure(
        f"normalise {folder.name}", [sys.executable, folder / "scripts" / "normalize_release.py"]
    )
    built = bench.from_nothing(f"dbt build {folder.name}", folder)
    database = folder / "us_trade.duckdb"
    asked = subprocess.run(
        [sys.executable, "-c", ASK, database, json.dumps(QUERIES), json.dumps(NO_EXTENSIONS)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return Size(normalized, built, *json.loads(asked.stdout))


def bench(folder: Path, runs: int, counts: Sequence[int]) -> str:
    """The whole measurement, in an empty folder, as tables."""
    published = (ROOT / "releases" / "2024-02.txt").read_bytes().decode()
    text = [("2024-02", published)]
    sizes = {}
    with Progress("bench", 1 + runs * (6 + 2 * len(counts))) as progress:
        bench = Bench(runs, progress)
        empty = empty_project(folder / "empty")
        one = project_of(folder / "one", text)
        Bench(1, progress).measure("make", [sys.executable, one / "scripts" / "build.py"], cwd=one)
        ways = ways_to_a_database(bench, one, empty)
        for count in counts:
            # Not kept in memory, below which no child of this process is said to have been.
            made_up = islice(monthly_releases(published, max(counts)), max(counts) - count, None)
            several = project_of(folder / f"{count:,}", made_up if count > 1 else text)
            sizes[several.name] = with_releases(bench, several)
            shutil.rmtree(several)
    return "\n\n".join([
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"DuckDB {version('duckdb')}; medians of {runs}",
        table_of_ways(ways),
        table_of_sizes(sizes, ways[EMPTY]),
        table_of_queries(sizes, QUERIES),
    ])  # fmt: skip


def table_of_ways(ways: dict[str, float]) -> str:
    return markdown_table(
        ["one release", "time", "x empty"],
        [
            [what, f"{seconds:.2f} s", f"{seconds / ways[EMPTY]:.2f}"]
            for what, seconds in sorted(ways.items(), key=lambda item: item[1])
        ],
        [False, True, True],
    )


def table_of_sizes(sizes: dict[str, Size], empty: float) -> str:
    first = next(iter(sizes))
    header = ["releases", "numbers", "normalise", "its memory", "dbt build", "x empty",
              f"x {first} release", "its memory", "file"]  # fmt: skip
    rows = [
        [count, f"{size.cells:,}", f"{normalized.seconds:.2f} s",
         f"{normalized.peak_mib:,.0f} MiB", f"{built.seconds:.1f} s",
         f"{built.seconds / empty:.1f}", f"{built.seconds / sizes[first].built.seconds:.1f}",
         f"{built.peak_mib:,.0f} MiB", f"{size.bytes / 2**20:,.1f} MiB"]
        for count, size in sizes.items()
        for normalized, built in [(size.normalized, size.built)]
    ]  # fmt: skip
    return markdown_table(header, rows, [True] * len(header))


def table_of_queries(sizes: dict[str, Size], names: Iterable[str]) -> str:
    rows = [
        [name, *("{:.0f} / {:.0f} ms".format(*(1000 * t for t in size.answers[name]))
                 for size in sizes.values())]
        for name in names
    ]  # fmt: skip
    header = ["query, first / median", *sizes]
    return markdown_table(header, rows, [False, *[True] * len(sizes)])


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Measure the project beside the floor, and with 1, 40 and 400 releases.",
        epilog="example: .venv/bin/python -m proofs.bench --runs 5 --releases 1 400",
    )
    parser.add_argument("--runs", type=int, default=3, help="runs of each command (default: 3)")
    parser.add_argument("--releases", type=int, nargs="+", default=[1, 40, 400], metavar="N")
    parser.add_argument("--write", type=Path, metavar="FILE",
                        help="put the tables into this file, such as docs/running.md")  # fmt: skip
    return parser


def command(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="us_trade bench ") as folder:
        measured = bench(Path(folder), options.runs, options.releases)
    print(measured)
    if options.write:
        write_table(options.write, "bench", measured)


if __name__ == "__main__":
    sys.exit(project.main(command, parser()))
