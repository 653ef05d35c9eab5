#!/usr/bin/env python3
"""Swap the database and kill builds under its readers, many times, and count what goes wrong.

Two copies of the project are built by turns into one database with their own scripts/build.py: one
from the committed seeds, one from their mirror, in which exports and imports change places and
the balance its sign (every identity holds in it that holds in the original, and its numbers and
its SHA-256 are others in every row).  Meanwhile two readers, each a process of its own, open the
database, ask it for the release and for sums of the facts, now and then for a while on one
connection, and close it.  What they find must be all of the one build or all of the other, and
must not change under an open connection.

In a seeded random order some builds are let finish and others are killed: SIGKILL, to build.py and
its dbt at once, at a moment drawn from the time that the last finished build took; every third
from its last tenth, where the swap is.  (A build that finished before its moment counts as a swap.)
After each the database must hold one of the two builds, after a swap the one that was made; and the
builds after a kill get no help.

So that a hundred builds can be waited for, they make the seeds and the three marts that are asked,
with the models these stand on, but neither the other marts nor the tests; dbt parses a project
only once, and writes no log.  How a build starts, swaps, is killed and is swept up after is the
same for all.

Printed: reads (openings of the database with all their questions), how many of them had the
database swapped while it was open, swaps, kills, failures, each with its words.
Exit status: 0; 1 if anything failed.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import multiprocessing
import os
import queue
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("dbt_project.yml", "profiles.yml", "macros", "models", "scripts", "seeds", "tests")
READERS = 2
MOST_SHOWN = 20
INTERRUPTED = 130

QUESTIONS = (
    "select string_agg(release_id || sha256, ' ' order by release_id) from marts.dim_release",
    "select count(*), sum(exports_musd), sum(imports_musd), sum(balance_musd * line_number) "
    "from marts.fct_monthly_trade",
    "select count(*), sum(exports_musd), sum(imports_musd), sum(balance_musd * line_number) "
    "from marts.fct_annual_trade",
    "select sum(exports_total) from staging.stg_monthly_trade",
)
DBT_ARGUMENTS = (
    *("--log-level-file", "none", "--no-write-json"),
    *("--resource-type", "seed", "--resource-type", "model"),
    *("--select", "+dim_release", "+fct_monthly_trade", "+fct_annual_trade"),
)

# How a reader reads: rounds of questions on one connection, and seconds between two questions.
# What DuckDB has read it keeps: at the slow pace tables are first looked at long after opening.
PACES = ((1, 0), (1, 0.01), (5, 0.02), (2, 1))

Answers = tuple[tuple, ...]


@dataclass
class Tally:
    """What a reader, or the whole soak, counted."""

    reads: int = 0
    reads_across_a_swap: int = 0
    swaps: int = 0
    kills: int = 0
    failures: list[str] = field(default_factory=list)


def ask(connection: duckdb.DuckDBPyConnection, pause: float = 0) -> Answers:
    """Every question's answer, with ``pause`` seconds in between."""
    answers = []
    for question in QUESTIONS:
        answers += connection.execute(question).fetchall()
        time.sleep(pause)
    return tuple(answers)


def answers_of(database: Path) -> Answers:
    with duckdb.connect(database, read_only=True) as connection:
        return ask(connection)


def read(database: Path, builds: list[Answers], times: int, pause: float) -> bool:
    """Open the database, ask ``times`` over, and close it; was it swapped in between?

    Raises ValueError for answers of no build or of several, and duckdb.Error.
    """
    before = database.stat().st_ino
    with duckdb.connect(database, read_only=True) as connection:
        first = ask(connection, pause)
        if first not in builds:
            raise ValueError(f"a mixture, or nobody's numbers: {first}")
        for _ in range(times - 1):
            again = ask(connection, pause)
            if again != first:
                raise ValueError(f"the answers changed under a connection: {first}, then {again}")
        return database.stat().st_ino != before


def read_on(database: Path, builds: list[Answers], seed: int, stop, results) -> None:
    """A reader: reads until it is told to stop, then puts its Tally into ``results``.

    It ends, too, with the process that started it, however that ends.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    soak = multiprocessing.parent_process()
    chance = random.Random(seed)
    tally = Tally()
    while not stop.is_set() and soak.is_alive():
        times, pause = chance.choice(PACES)
        try:
            tally.reads_across_a_swap += read(database, builds, times, pause)
        except (duckdb.Error, OSError, ValueError) as error:
            tally.failures.append(f"reader: {type(error).__name__}: {error}")
        tally.reads += 1
        time.sleep(0.05)
    results.put(tally)


def copy_project(folder: Path) -> Path:
    folder.mkdir()
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, folder / part)
    return folder


def mirror(project: Path) -> None:
    """Exchange exports and imports in a project's seeds, with all that follows from it."""
    for name in ("monthly_trade", "annual_trade"):
        with rewritten(project / "seeds" / f"{name}.csv") as rows:
            for row in rows:
                for component in ("total", "goods", "services"):
                    exports, imports = f"exports_{component}", f"imports_{component}"
                    row[exports], row[imports] = row[imports], row[exports]
                    row[f"balance_{component}"] = str(-int(row[f"balance_{component}"]))
    with rewritten(project / "seeds" / "releases.csv") as rows:
        for row in rows:
            row["sha256"] = row["sha256"][::-1]


class rewritten:
    """The rows of a CSV file, as dictionaries, to change; written back at the end."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> list[dict[str, str]]:
        with self.path.open(newline="", encoding="utf-8") as file:
            self.rows = list(csv.DictReader(file))
        return self.rows

    def __exit__(self, *_: object) -> None:
        with self.path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, self.rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows)


def start(project: Path, database: Path) -> subprocess.Popen[str]:
    """A build, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, project / "scripts" / "build.py", *DBT_ARGUMENTS],
        env=os.environ | {"US_TRADE_DB": str(database)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def kill_after(build: subprocess.Popen[str], seconds: float) -> bool:
    """Kill a build and its dbt if it is still running by then; was it?"""
    try:
        build.wait(seconds)
    except subprocess.TimeoutExpired:
        kill(build)
        return build.returncode == -signal.SIGKILL
    return False


def kill(build: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(build.pid, signal.SIGKILL)
    build.communicate()


def moments(chance: random.Random) -> Iterator[float]:
    """When to kill builds, as shares of the time they take; every third near the end."""
    while True:
        yield chance.uniform(0, 1)
        yield chance.uniform(0, 1)
        yield chance.uniform(0.9, 1)


def swap_and_kill(
    database: Path,
    projects: list[Path],
    builds: list[Answers],
    swaps: int,
    kills: int,
    chance: random.Random,
    seconds: float,
) -> Tally:
    """Let builds finish and kill builds, in a random order that ends with one that finishes.

    ``seconds`` is what a build takes, until one has finished.
    """
    tally = Tally()
    when = moments(chance)
    plan = [True] * kills + [False] * (swaps - 1)
    chance.shuffle(plan)
    plan.insert(0, False)
    turn = 0
    while plan:
        turn = 1 - turn
        to_be_killed = plan.pop()
        began = time.monotonic()
        build = start(projects[turn], database)
        try:
            was_killed = to_be_killed and kill_after(build, next(when) * seconds)
            output, _ = build.communicate() if not was_killed else ("", "")
        except KeyboardInterrupt:
            kill(build)
            raise
        if was_killed:
            tally.kills += 1
            expected = builds
        else:
            seconds = time.monotonic() - began
            tally.swaps += 1
            expected = [builds[turn]]
            if build.returncode != 0:
                tally.failures.append(f"build: exit status {build.returncode}: {output.strip()}")
            if to_be_killed:
                plan.insert(chance.randint(1, len(plan)), True)
        try:
            if answers_of(database) not in expected:
                tally.failures.append("the database does not hold the build that was swapped in")
        except duckdb.Error as error:
            tally.failures.append(f"after a build: {error}")
    return tally


def soak(folder: Path, swaps: int, kills: int, seed: int) -> Tally:
    """The whole soak, in an empty folder."""
    projects = [copy_project(folder / "original"), copy_project(folder / "mirror")]
    mirror(projects[1])
    (folder / "data").mkdir()
    database = folder / "data" / "us_trade.duckdb"
    began = time.monotonic()
    places = [database, folder / "us_trade.duckdb"]
    first = [start(*where) for where in zip(projects, places, strict=True)]
    try:
        said = [build.communicate()[0] for build in first]
    except KeyboardInterrupt:
        for build in first:
            kill(build)
        raise
    if any(build.returncode != 0 for build in first):
        return Tally(failures=[f"the first builds: {' '.join(said)}"])
    builds = [answers_of(place) for place in places]
    seconds = time.monotonic() - began

    context = multiprocessing.get_context("spawn")
    stop, results = context.Event(), context.Queue()
    readers = [
        context.Process(target=read_on, args=(database, builds, seed + number, stop, results))
        for number in range(READERS)
    ]
    for reader in readers:
        reader.start()
    try:
        tally = swap_and_kill(
            database, projects, builds, swaps, kills, random.Random(seed), seconds
        )
    finally:
        stop.set()
    for _ in readers:
        try:
            counted = results.get(timeout=60)
        except queue.Empty:
            tally.failures.append("a reader died")
            continue
        tally.reads += counted.reads
        tally.reads_across_a_swap += counted.reads_across_a_swap
        tally.failures += counted.failures
    left = sorted(path.name for path in database.parent.iterdir() if path != database)
    if left:
        tally.failures.append(f"left beside the database: {', '.join(left)}")
    return tally


def positive(text: str) -> int:
    if int(text) < 1:
        raise argparse.ArgumentTypeError("1 or more")
    return int(text)


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Swap the database and kill builds under its readers, many times.",
        epilog="example: scripts/soak.py --swaps 5 --kills 5 --seed 1",
    )
    parser.add_argument("--swaps", type=positive, default=50, help="builds let finish (50)")
    parser.add_argument("--kills", type=positive, default=50, help="builds killed (50)")
    parser.add_argument("--seed", type=int, help="for the same order and moments again")
    options = parser.parse_args()
    seed = random.randrange(1_000_000) if options.seed is None else options.seed
    began = time.monotonic()
    # Being told to end clears up, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with tempfile.TemporaryDirectory(prefix="us_trade_soak_") as folder:
            tally = soak(Path(folder), options.swaps, options.kills, seed)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return INTERRUPTED
    print(f"reads       {tally.reads:>6,}, {tally.reads_across_a_swap:,} of them across a swap")
    print(f"swaps       {tally.swaps:>6,}")
    print(f"kills       {tally.kills:>6,}")
    print(f"failures    {len(tally.failures):>6,}")
    print(f"seed {seed}, {(time.monotonic() - began) / 60:.1f} minutes")
    for failure in tally.failures[:MOST_SHOWN]:
        print(failure, file=sys.stderr)
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
