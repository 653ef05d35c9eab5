"""Swap the database and kill builds under its readers, many times, and count what goes wrong.

Two copies of the project are built by turns into one database with their own scripts/build.py: one
from the texts in releases/, one from their mirror, in which exports and imports change places and
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

Printed: reads (openings of the database with all their questions), how many of them had the
database swapped while it was open, swaps, kills, failures, each with its words.
Exit status: 0; 1 if anything failed.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import queue
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path

import duckdb

import project
from project import NO_EXTENSIONS, ROOT, Progress, ProjectError
from proofs.copies import copy_project

READERS = 2
MOST_SHOWN = 20

QUESTIONS = (
    "select string_agg(release_id || sha256, ' ' order by release_id) from marts.dim_release",
    "select count(*), sum(exports_musd), sum(imports_musd), sum(balance_musd * line_number) "
    "from marts.fct_monthly_trade",
    "select count(*), sum(exports_musd), sum(imports_musd), sum(balance_musd * line_number) "
    "from marts.fct_annual_trade",
    "select sum(exports_total) from staging.stg_printed_rows",
)
Paces = Sequence[tuple[int, float]]
# How a reader reads: rounds of questions on one connection, and seconds between two questions.
# What DuckDB has read it keeps: at the slow pace tables are first looked at long after opening.
PACES: Paces = ((1, 0), (1, 0.01), (5, 0.02), (2, 1))

Answers = tuple[tuple[object, ...], ...]
# The command that builds a project.
Builder = Callable[[Path], Sequence[str | Path]]


@dataclass
class Tally:
    """What a reader, or the whole soak, counted."""

    reads: int = 0
    reads_across_a_swap: int = 0
    swaps: int = 0
    kills: int = 0
    failures: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.reads += other.reads
        self.reads_across_a_swap += other.reads_across_a_swap
        self.failures += other.failures


# --------------------------------------------------------------------------- the readers


def opened(database: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(database, read_only=True, config=dict(NO_EXTENSIONS))


def ask(connection: duckdb.DuckDBPyConnection, pause: float = 0) -> Answers:
    """Every question's answer, with ``pause`` seconds in between."""
    answers: list[tuple[object, ...]] = []
    for question in QUESTIONS:
        answers += connection.execute(question).fetchall()
        time.sleep(pause)
    return tuple(answers)


def answers_of(database: Path) -> Answers:
    with opened(database) as connection:
        return ask(connection)


def read(database: Path, builds: Sequence[Answers], times: int, pause: float) -> bool:
    """Open the database, ask ``times`` over, and close it; was it swapped in between?

    Raises ValueError for answers of no build or of several, and duckdb.Error.
    """
    before = database.stat().st_ino
    with opened(database) as connection:
        first = ask(connection, pause)
        if first not in builds:
            raise ValueError(f"a mixture, or nobody's numbers: {first}")
        for _ in range(times - 1):
            again = ask(connection, pause)
            if again != first:
                raise ValueError(f"the answers changed under a connection: {first}, then {again}")
        return database.stat().st_ino != before


def read_on(
    database: Path, builds: Sequence[Answers], seed: int, paces: Paces, stop: Event,
    results: Queue[Tally],
) -> None:  # fmt: skip
    """Read until told to stop, then put a Tally into ``results``.

    A reader ends, too, with the process that started it, however that ends.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    starter = multiprocessing.parent_process()
    chance = random.Random(seed)
    tally = Tally()
    while not stop.is_set() and starter is not None and starter.is_alive():
        times, pause = chance.choice(paces)
        try:
            tally.reads_across_a_swap += read(database, builds, times, pause)
        except (duckdb.Error, OSError, ValueError) as error:
            tally.failures.append(f"reader: {type(error).__name__}: {error}")
        tally.reads += 1
        time.sleep(0.05)
    results.put(tally)


@contextlib.contextmanager
def reading(
    database: Path, builds: Sequence[Answers], seed: int, paces: Paces, tally: Tally
) -> Iterator[None]:
    """Readers at work meanwhile; what they counted is added to ``tally`` at the end."""
    context = multiprocessing.get_context("spawn")
    stop, results = context.Event(), context.Queue()
    for number in range(READERS):
        context.Process(
            target=read_on, args=(database, builds, seed + number, paces, stop, results)
        ).start()
    try:
        yield
    finally:
        stop.set()
    for _ in range(READERS):
        try:
            tally.add(results.get(timeout=60))
        except queue.Empty:
            tally.failures.append("a reader died")


# --------------------------------------------------------------------------- the projects


def two_projects(folder: Path) -> list[Path]:
    """A copy of the project with its text releases, and its mirror.  Raises ProjectError."""
    texts = sorted((ROOT / "releases").glob("*.txt"))
    if not texts:
        raise ProjectError("releases/ holds no text to mirror")
    projects = [copy_project(folder / "original"), copy_project(folder / "mirror")]
    for text in texts:
        published = text.read_bytes()
        (projects[0] / "releases" / text.name).write_bytes(published)
        (projects[1] / "releases" / text.name).write_bytes(mirrored(published.decode()).encode())
    return projects


def mirrored(text: str) -> str:
    """A release in which exports and imports have changed places, with all that follows."""
    return "\n".join(map(mirrored_line, text.split("\n")))


def mirrored_line(line: str) -> str:
    label, *cells = line.split("\t")
    if len(cells) != 9 or not re.match(r"-?[\d,]+$", cells[0]):
        return line
    balance = [cell[1:] if cell.startswith("-") else f"-{cell}" for cell in cells[:3]]
    balance = ["0" if cell == "-0" else cell for cell in balance]
    return "\t".join([label, *balance, *cells[6:], *cells[3:6]])


# --------------------------------------------------------------------------- the builds


def build_command(folder: Path) -> Sequence[str | Path]:
    return [sys.executable, folder / "scripts" / "build.py"]


@contextlib.contextmanager
def started(command: Sequence[str | Path], database: Path) -> Iterator[subprocess.Popen[str]]:
    """A build, in a process group of its own, which does not outlive what is done meanwhile."""
    build = subprocess.Popen(
        command, env=os.environ | {"US_TRADE_DB": str(database)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        yield build
    except BaseException:
        kill(build)
        raise


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
    build.wait()


def moments(chance: random.Random) -> Iterator[float]:
    """When to kill builds, as shares of the time they take; every third near the end."""
    while True:
        yield chance.uniform(0, 1)
        yield chance.uniform(0, 1)
        yield chance.uniform(0.9, 1)


def first_builds(
    projects: Sequence[Path], places: Sequence[Path], builder: Builder
) -> tuple[list[Answers], float]:
    """Build each project in its place, all at once: what they hold, and the seconds it took.

    Raises ProjectError, with what the builds said, where one fails.
    """
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        builds = [
            stack.enter_context(started(builder(folder), place))
            for folder, place in zip(projects, places, strict=True)
        ]
        said = [build.communicate()[0] for build in builds]
    if any(build.returncode for build in builds):
        raise ProjectError(f"the first builds: {' '.join(said)}")
    return [answers_of(place) for place in places], time.monotonic() - began


def swap_and_kill(
    database: Path, projects: Sequence[Path], builds: Sequence[Answers], plan: list[bool],
    chance: random.Random, seconds: float, tally: Tally, builder: Builder,
) -> None:  # fmt: skip
    """Let builds finish (False in ``plan``, from its end) and kill builds (True), by turns.

    ``seconds`` is what a build takes, until one has finished.
    """
    when, turn, total = moments(chance), 0, len(plan)
    with Progress("soak", total) as progress:
        while plan:
            turn = 1 - turn
            to_be_killed = plan.pop()
            began = time.monotonic()
            with started(builder(projects[turn]), database) as build:
                was_killed = to_be_killed and kill_after(build, next(when) * seconds)
                output, _ = build.communicate()
            if was_killed:
                tally.kills += 1
                expected = builds
            else:
                seconds = time.monotonic() - began
                tally.swaps += 1
                expected = [builds[turn]]
                if build.returncode != 0:
                    tally.failures.append(
                        f"build: exit status {build.returncode}: {output.strip()}"
                    )
                if to_be_killed:
                    plan.insert(chance.randint(1, len(plan)), True)
            try:
                if answers_of(database) not in expected:
                    tally.failures.append(
                        "the database does not hold the build that was swapped in"
                    )
            except duckdb.Error as error:
                tally.failures.append(f"after a build: {error}")
            progress(total - len(plan), f"{len(tally.failures)} failures")


def soak(
    folder: Path, swaps: int, kills: int, seed: int, builder: Builder = build_command,
    paces: Paces = PACES,
) -> Tally:  # fmt: skip
    """The whole soak, in an empty folder.  Raises ProjectError where it cannot begin."""
    projects = two_projects(folder)
    (folder / "data").mkdir()
    database = folder / "data" / "us_trade.duckdb"
    builds, seconds = first_builds(projects, [database, folder / "us_trade.duckdb"], builder)
    if builds[0] == builds[1]:
        raise ProjectError("the two first builds hold the same numbers")

    tally, chance = Tally(), random.Random(seed)
    plan = [True] * kills + [False] * (swaps - 1)
    chance.shuffle(plan)
    plan.insert(0, False)
    with reading(database, builds, seed, paces, tally):
        swap_and_kill(database, projects, builds, plan, chance, seconds, tally, builder)
    left = {path.name for path in database.parent.iterdir() if path != database}
    left.update(path.name for folder in projects for path in (folder / "seeds").glob(".*"))
    if left:
        tally.failures.append(f"left beside the database or the seeds: {', '.join(sorted(left))}")
    return tally


# --------------------------------------------------------------------------- the command


def positive(text: str) -> int:
    if int(text) < 1:
        raise argparse.ArgumentTypeError("1 or more")
    return int(text)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Swap the database and kill builds under its readers, many times.",
        epilog="example: .venv/bin/python -m proofs.soak --swaps 5 --kills 5 --seed 1",
    )
    parser.add_argument("--swaps", type=positive, default=50, help="builds let finish (50)")
    parser.add_argument("--kills", type=positive, default=50, help="builds killed (50)")
    parser.add_argument("--seed", type=int, help="for the same order and moments again")
    return parser


def command(options: argparse.Namespace) -> None:
    seed = random.randrange(1_000_000) if options.seed is None else options.seed
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="us_trade_soak_") as folder:
        tally = soak(Path(folder), options.swaps, options.kills, seed)
    print(f"reads       {tally.reads:>6,}, {tally.reads_across_a_swap:,} of them across a swap")
    print(f"swaps       {tally.swaps:>6,}")
    print(f"kills       {tally.kills:>6,}")
    print(f"failures    {len(tally.failures):>6,}")
    print(f"seed {seed}, {(time.monotonic() - began) / 60:.1f} minutes")
    if tally.failures:
        raise ProjectError("\n".join(tally.failures[:MOST_SHOWN]))


if __name__ == "__main__":
    sys.exit(project.main(command, parser()))
