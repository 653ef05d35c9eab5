"""Swap the database and kill builds under its readers, and count what goes wrong.

One writer builds two copies of the project by turns into one database with their scripts/build.py:
one has the committed release, the other one made of it that ends a month earlier.  Two readers,
each a process of its own, open the database, ask it, now and then for a while on one connection,
and close it.  What they find must be all of the one build or all of the other.

In a seeded random order some builds are let finish, and others killed: SIGKILL, to build.py and its
dbt at once, at a moment drawn from the time that the last finished build took; every third from its
last tenth, where the swap is.  After each the database must hold one of the two builds, after a
swap the one that was made; and the builds after a kill get no help.

Exit status: 0; 1 if anything failed.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

import project
from project import NO_EXTENSIONS, ProjectError
from proofs.copies import COMMITTED, copy_project
from proofs.made_up_releases import Published, made_up_release

READERS = 2
MOST_SHOWN = 20
QUESTIONS = (
    "select release_id, sha256 from marts.dim_release order by all",
    "select count(*), sum(exports_musd), sum(balance_musd * line_number) from marts.{}",
)
FACTS = ("fct_monthly_trade", "fct_annual_trade")
# A reader's pace: rounds of questions on one connection, and seconds between two questions.
# DuckDB caches what it read: at the slow pace, tables are first read long after opening.
PACES = ((1, 0), (1, 0.01), (5, 0.02), (2, 1))

Answers = list[tuple[object, ...]]


@dataclass
class Tally:
    """The counts of a reader, or of the whole soak."""

    reads: int = 0
    reads_across_a_swap: int = 0
    swaps: int = 0
    kills: int = 0
    failures: list[str] = field(default_factory=list)


def ask(connection: duckdb.DuckDBPyConnection, pause: float = 0) -> Answers:
    """Return every question's answer, with ``pause`` seconds in between."""
    answers: Answers = []
    for question in (QUESTIONS[0], *(QUESTIONS[1].format(fact) for fact in FACTS)):
        answers += connection.execute(question).fetchall()
        time.sleep(pause)
    return answers


def read(database: Path, builds: Sequence[Answers], times: int = 1, pause: float = 0) -> Answers:
    """Open the database, ask so many times, close it, and return the answers.

    Raises ValueError for answers of no build or of several, and duckdb.Error.
    """
    with duckdb.connect(database, read_only=True, config=dict(NO_EXTENSIONS)) as connection:
        first = ask(connection, pause)
        for answers in (first, *(ask(connection, pause) for _ in range(times - 1))):
            if builds and answers not in builds or answers != first:
                raise ValueError(f"a mixture, or nobody's numbers: {first}, {answers}")
        return first


def read_on(database: Path, builds: Sequence[Answers], seed: int, stop: Path) -> Tally:
    """Read until the file ``stop`` is there, or the parent process is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    chance, tally, starter = random.Random(seed), Tally(), os.getppid()
    while not stop.exists() and os.getppid() == starter:
        try:
            before = database.stat().st_ino
            read(database, builds, *chance.choice(PACES))
            tally.reads_across_a_swap += database.stat().st_ino != before
        except (duckdb.Error, OSError, ValueError) as error:
            tally.failures.append(f"reader: {type(error).__name__}: {error}")
        tally.reads += 1
        time.sleep(0.05)
    return tally


def build(folder: Path, database: Path, seconds: float | None = None) -> tuple[int, str]:
    """Build, or kill build and dbt after so many seconds; return the exit status and the words."""
    process = subprocess.Popen(
        [sys.executable, folder / "scripts" / "build.py"],
        env=os.environ | {"US_TRADE_DB": str(database)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        said, _ = process.communicate(timeout=seconds)
    except BaseException as error:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        said, _ = process.communicate()
        if not isinstance(error, subprocess.TimeoutExpired):
            raise
    return process.returncode, said


def write(
    database: Path, projects: Sequence[Path], builds: Sequence[Answers], plan: Sequence[bool],
    chance: random.Random, seconds: float, tally: Tally,
) -> None:  # fmt: skip
    """Build the project that the database does not hold; kill the build if the plan says so."""
    holds = 0
    for turn, to_be_killed in enumerate(plan):
        moment = chance.uniform(0.9 if turn % 3 == 2 else 0, 1) * seconds
        began, mine = time.monotonic(), 1 - holds
        status, said = build(projects[mine], database, moment if to_be_killed else None)
        was_killed = to_be_killed and status == -signal.SIGKILL
        tally.kills += was_killed
        tally.swaps += not was_killed
        if not was_killed:
            seconds = time.monotonic() - began
            if status:
                tally.failures.append(f"build: exit status {status}: {said.strip()}")
        try:
            holds = builds.index(read(database, builds if was_killed else [builds[mine]]))
        except (duckdb.Error, ValueError) as error:
            tally.failures.append(f"after {'a kill' if was_killed else 'a swap'}: {error}")
        print(f"{turn + 1} of {len(plan)} builds", file=sys.stderr)


def soak(folder: Path, swaps: int, kills: int, seed: int) -> Tally:
    """Run the soak in an empty folder. Raises ProjectError if it cannot begin."""
    text = COMMITTED.read_bytes().decode()
    releases = {"2024-02": text, "2024-01": made_up_release(Published(text), (2024, 1))}
    projects = [copy_project(folder / name, [(name, text)]) for name, text in releases.items()]
    (folder / "data").mkdir()
    database, stop = folder / "data" / "us_trade.duckdb", folder / "stop"
    builds: list[Answers] = []
    for copy in reversed(projects):
        began = time.monotonic()
        status, said = build(copy, database)
        if status:
            raise ProjectError(f"the first builds: {said}")
        builds.insert(0, read(database, ()))
        seconds = time.monotonic() - began
    chance, tally = random.Random(seed), Tally()
    plan = [True] * kills + [False] * swaps
    chance.shuffle(plan)
    with ProcessPoolExecutor(READERS, multiprocessing.get_context("spawn")) as pool:
        readers = [pool.submit(read_on, database, builds, seed + at, stop) for at in range(READERS)]
        try:
            write(database, projects, builds, plan, chance, seconds, tally)
        finally:
            stop.touch()
        for one in (reader.result() for reader in readers):
            tally.reads += one.reads
            tally.reads_across_a_swap += one.reads_across_a_swap
            tally.failures += one.failures
    left = {path.name for path in database.parent.iterdir() if path != database}
    left.update(path.name for copy in projects for path in (copy / "seeds").glob(".*"))
    if left:
        tally.failures.append(f"left beside the database or the seeds: {', '.join(sorted(left))}")
    return tally


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m proofs.soak",
        description="Swap the database and kill builds under its readers.",
        epilog="example: .venv/bin/python -m proofs.soak --swaps 5 --kills 5 --seed 1",
    )
    parser.add_argument("--swaps", type=int, default=10, help="builds let finish (10)")
    parser.add_argument("--kills", type=int, default=10, help="builds killed (10)")
    parser.add_argument("--seed", type=int, help="for the same order and moments again")
    return parser


def command(options: argparse.Namespace) -> None:
    seed = random.randrange(1_000_000) if options.seed is None else options.seed
    with tempfile.TemporaryDirectory(prefix="us_trade_soak_") as folder:
        tally = soak(Path(folder), options.swaps, options.kills, seed)
    print(f"reads       {tally.reads:>6,}, {tally.reads_across_a_swap:,} of them across a swap")
    print(f"swaps       {tally.swaps:>6,}")
    print(f"kills       {tally.kills:>6,}")
    print(f"failures    {len(tally.failures):>6,}")
    print(f"seed {seed}")
    if tally.failures:
        raise ProjectError("\n".join(tally.failures[:MOST_SHOWN]))


if __name__ == "__main__":
    sys.exit(project.main(command, parser()))
