#!/usr/bin/env python3
"""Measure the project, as whole processes, with 1, 40 and 400 releases, beside the floor.

The releases are the first so many monthly ones of made_up_releases, which end with the 400th
month; the one release is the published text.  Measured for each, in one run on one machine: the
normaliser beside `python -c pass`; `dbt build` with all its tests, from an empty file and with
nothing parsed, beside the same of an empty project; its peak memory; the file's size; and the
queries that a BI tool sends, each in a process of its own: the first answer on a new connection,
and the median of ten more.

Times are medians of as many runs as --runs says.  Prints a table; exit status 0, or 1 where a
command fails.
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
from pathlib import Path
from typing import NamedTuple

import duckdb
from made_up_releases import monthly_releases

ROOT = Path(__file__).resolve().parent.parent
DBT = Path(sys.executable).parent / "dbt"
PARTS = ("dbt_project.yml", "profiles.yml", "macros", "models", "scripts", "seeds", "tests")

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
    "every print of one month": """
        select release_id, balance_musd, balance_revision_from_first_musd
        from marts.fct_monthly_trade_vintages
        where month_date = date '2000-03-01' and component = 'total'
        order by print_number
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
import json, statistics, sys, time, duckdb
answers = {}
for name, sql in json.loads(sys.argv[2]).items():
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        times = []
        for _ in range(11):
            started = time.perf_counter()
            connection.execute(sql).fetchall()
            times.append(time.perf_counter() - started)
    answers[name] = times[0], statistics.median(times[1:])
print(json.dumps(answers))
"""


class Run(NamedTuple):
    seconds: float
    peak_mib: float


def measure(command: list[str | Path], *, runs: int, cwd: Path = ROOT, **environment: str) -> Run:
    """The median time and the highest peak memory of a command; raises SystemExit if it fails."""
    taken, peaks = [], []
    for _ in range(runs):
        with tempfile.TemporaryFile() as output:
            started = time.perf_counter()
            process = subprocess.Popen(
                [str(part) for part in command],
                cwd=cwd,
                env=os.environ | environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            _, status, usage = os.wait4(process.pid, 0)
            taken.append(time.perf_counter() - started)
            process.returncode = os.waitstatus_to_exitcode(status)
            if status:
                output.seek(0)
                raise SystemExit(output.read().decode(errors="replace"))
        peaks.append(usage.ru_maxrss / 1024)
    return Run(statistics.median(taken), max(peaks))


def build(project: Path, *, runs: int) -> Run:
    """`dbt build` from nothing: no database, no parsed project."""
    script = (
        "rm -rf target us_trade.duckdb && exec "
        f"{DBT} build --quiet --no-partial-parse --target-path target --log-path logs"
    )
    return measure(["sh", "-c", script], runs=runs, cwd=project, US_TRADE_DB="us_trade.duckdb")


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


def project_of(folder: Path, releases: list[tuple[str, str]]) -> Path:
    folder.mkdir()
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, folder / part)
    (folder / "releases").mkdir()
    for name, text in releases:
        (folder / "releases" / f"{name}.txt").write_text(text, newline="")
    return folder


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Measure the project with 1, 40 and 400 releases, beside the floor.",
        epilog="example: scripts/benchmark.py --runs 5 --releases 1 400",
    )
    parser.add_argument("--runs", type=int, default=3, help="runs of each command (default: 3)")
    parser.add_argument("--releases", type=int, nargs="+", default=[1, 40, 400], metavar="N")
    options = parser.parse_args()
    published = (ROOT / "releases" / "2024-02.txt").read_bytes().decode()
    rows: dict[str, list[str]] = {}
    queries: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory(prefix="us_trade-bench-") as scratch:
        folder = Path(scratch)
        floor = measure([sys.executable, "-c", "pass"], runs=options.runs)
        empty = build(empty_project(folder / "empty"), runs=options.runs)
        everything = list(monthly_releases(published, max(options.releases)))
        first = None
        for count in options.releases:
            releases = [("2024-02", published)] if count == 1 else everything[-count:]
            project = project_of(folder / str(count), releases)
            normalized = measure(
                [sys.executable, project / "scripts" / "normalize_release.py"], runs=options.runs
            )
            built = build(project, runs=options.runs)
            first = first or built
            database = project / "us_trade.duckdb"
            with duckdb.connect(database, read_only=True) as connection:
                [(cells,)] = connection.execute(
                    "select sum(cell_count) from marts.dim_release"
                ).fetchall()
            rows[f"{count:,}"] = [
                f"{cells:,}",
                f"{normalized.seconds:.2f} s",
                f"{normalized.peak_mib:,.0f} MiB",
                f"{built.seconds:.1f} s",
                f"{built.seconds / empty.seconds:.1f}",
                f"{built.seconds / first.seconds:.1f}",
                f"{built.peak_mib:,.0f} MiB",
                f"{database.stat().st_size / 2**20:,.1f} MiB",
            ]
            asked = subprocess.run(
                [sys.executable, "-c", ASK, database, json.dumps(QUERIES)],
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            for name, (cold, warm) in json.loads(asked.stdout).items():
                queries.setdefault(name, []).append(f"{1000 * cold:.0f} / {1000 * warm:.0f} ms")
    print(
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"DuckDB {duckdb.__version__}; medians of {options.runs}\n\n"
        f"`python -c pass` {floor.seconds:.2f} s; an empty project's build {empty.seconds:.1f} s, "
        f"{empty.peak_mib:,.0f} MiB\n"
    )
    print_table(
        ["releases", "numbers", "normalise", "its memory", "build", "x empty", "x one release",
         "its memory", "file"],
        [[count, *row] for count, row in rows.items()],
    )  # fmt: skip
    print()
    print_table(
        ["query, first / median", *rows], [[name, *times] for name, times in queries.items()]
    )
    return 0


def print_table(header: list[str], rows: list[list[str]]) -> None:
    print("| " + " | ".join(header) + " |")
    print("| --- |" + " ---: |" * (len(header) - 1))
    for row in rows:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    sys.exit(main())
