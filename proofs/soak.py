"""Swap the database and kill builds under its readers, and count what goes wrong.

One writer builds two copies of the project by turns into one database, with releases of their own.
Two readers, each a process, open it, ask, some of them for a while on one connection, and close it.
What they find must be all of the one build or all of the other.

In a seeded random order some builds finish, and others are killed: SIGKILL, to build.py and its dbt
at once, at a moment of the time that the last finished build took; every third in its last tenth,
where the swap is.  After each the database must hold one of the two builds, after a swap the new
one; the builds after a kill get no help, and in the end nothing is left beside the database.

Exit status: 0; 1 if anything failed.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import duckdb

from project import NO_EXTENSIONS, ProjectError, main
from proofs import parser_of
from proofs.commands import Command, Run, run
from proofs.copies import COMMITTED, copy_project
from proofs.made_up_releases import Published, made_up_release

READERS = 2
MOST_SHOWN = 20
TABLES = ("dim_release", "fct_monthly_trade", "fct_annual_trade")
# A reader's pace: rounds of questions on one connection, and seconds between two questions.
# DuckDB caches what it read: at the slow pace, tables are first read long after opening.
PACES = ((1, 0), (1, 0.01), (5, 0.02), (2, 1))
COUNTED = ("reads", "reads across a swap", "swaps", "kills")

# For each build None, or at which part of the time of the last finished one it is killed.
Plan = Sequence[float | None]
Tally = Counter[str]  # how often each of these happened, and each failure, by its words


def ask(database: Path, rounds: int = 1, pause: float = 0) -> set[str]:
    """Open the database, ask for all tables so many times, and return the different answers."""
    found = set()
    with duckdb.connect(database, read_only=True, config=dict(NO_EXTENSIONS)) as connection:
        for _ in range(rounds):
            answers = []
            for table in TABLES:
                asked = f"select count(*), bit_xor(hash(one)) from marts.{table} as one"
                answers += connection.execute(asked).fetchall()
                time.sleep(pause)
            found.add(str(answers))
    return found


def read(database: Path, builds: Sequence[str], seed: int, stop: Path) -> Tally:
    """Read until the file ``stop`` is there, or the parent process is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    chance, tally, starter = random.Random(seed), Tally(), os.getppid()
    while not stop.exists() and os.getppid() == starter:
        try:
            before = database.stat().st_ino
            found = ask(database, *chance.choice(PACES))
            if len(found) > 1 or not found <= set(builds):
                tally[f"a mixture, or nobody's numbers: {found}"] += 1
            tally["reads across a swap"] += database.stat().st_ino != before
        except (duckdb.Error, OSError) as error:
            tally[f"a reader: {type(error).__name__}: {error}"] += 1
        tally["reads"] += 1
        time.sleep(0.05)
    return tally


def build(folder: Path, database: Path, kill_after: float | None = None) -> Run:
    command: Command = [sys.executable, folder / "scripts" / "build.py"]
    return run(command, folder, kill_after, may_fail=True, US_TRADE_DB=str(database))


def write(
    database: Path, projects: Sequence[Path], builds: Sequence[str], plan: Plan, seconds: float
) -> Tally:
    """Build the project that the database does not hold, or kill the build, by the plan."""
    tally, holds = Tally(), builds[-1]
    for turn, part in enumerate(plan, start=1):
        new = 1 - builds.index(holds)
        ran = build(projects[new], database, part and part * seconds)
        was_killed = part is not None and ran.status == -signal.SIGKILL
        tally["kills" if was_killed else "swaps"] += 1
        seconds = seconds if was_killed else ran.seconds
        try:
            [found] = ask(database)
        except duckdb.Error as error:
            found = str(error)
        if found not in (builds if was_killed else [builds[new]]) or ran.status and not was_killed:
            tally[f"after build {turn}, exit status {ran.status}: {ran.said}: {found}"] += 1
        holds = found if found in builds else holds
        print(f"{turn} of {len(plan)} builds", file=sys.stderr)
    return tally


def soak(folder: Path, plan: Plan, seed: int) -> Tally:
    """Build in an empty folder, under readers. Raises ProjectError if it cannot begin."""
    text = COMMITTED.read_bytes().decode()
    releases = {"2024-02": text, "2024-01": made_up_release(Published(text), (2024, 1))}
    projects = [copy_project(folder / name, [(name, text)]) for name, text in releases.items()]
    database, stop = folder / "data" / "us_trade.duckdb", folder / "stop"
    database.parent.mkdir()
    builds: list[str] = []
    for copy in projects:
        first = build(copy, database)
        if first.status:
            raise ProjectError(f"the first builds: {first.said}")
        builds += ask(database)
    with ProcessPoolExecutor(READERS, get_context("spawn")) as pool:
        readers = [pool.submit(read, database, builds, seed + at, stop) for at in range(READERS)]
        try:
            tally = write(database, projects, builds, plan, first.seconds)
        finally:
            stop.touch()
        tally = sum((reader.result() for reader in readers), tally)
    left = {*database.parent.iterdir(), *folder.glob("*/seeds/.*")} - {database}
    return tally + Tally(f"left behind: {one}" for one in left)


def parser() -> argparse.ArgumentParser:
    what = "Swap the database and kill builds under its readers."
    parser = parser_of("soak", what, "--swaps 5 --kills 5 --seed 1")
    parser.add_argument("--swaps", type=int, default=10, help="builds let finish (10)")
    parser.add_argument("--kills", type=int, default=10, help="builds killed (10)")
    parser.add_argument("--seed", type=int, help="for the same order and moments again")
    return parser


def command(options: argparse.Namespace) -> None:
    seed = random.randrange(1_000_000) if options.seed is None else options.seed
    chance = random.Random(seed)
    # Every third in its last tenth, where the swap is.
    kills = (chance.uniform(0 if at % 3 else 0.9, 1) for at in range(options.kills))
    plan = [*kills, *[None] * options.swaps]
    chance.shuffle(plan)
    with tempfile.TemporaryDirectory(prefix="us_trade_soak_") as folder:
        tally = soak(Path(folder), plan, seed)
    failures = [words for words in tally if words not in COUNTED]
    print(*(f"{what:<20}{tally[what]:>6,}" for what in COUNTED), sep="\n")
    print(f"failures            {sum(tally[words] for words in failures):>6,}\nseed {seed}")
    if failures:
        raise ProjectError("\n".join(failures[:MOST_SHOWN]))


if __name__ == "__main__":
    sys.exit(main(command, parser()))
