"""Build the project with dbt 1.11 and with dbt 2, compare what they make, and measure both.

Both are installed, each in an environment of its own (installing.py).  In a copy of the project
each of them builds the committed release with all tests.  The two databases must be alike in every
table, column, type, comment, key and row.  Then a number is broken: both must stop before the
marts, with the same words and the same tables so far.

Measured are whole commands, by turns, of each the fastest of as many runs as --runs says, since a
machine's other work only adds to it: dbt's help (what it takes to start), the parsing of a project
that was parsed before, the build without and with unit tests, into no database, the build that
stops.  Beside them stands DuckDB alone, running the same statements.  Nothing is asserted of times.

Exit status: 0, or 1 where a build fails or the two are not alike; each difference is a line.
"""

from __future__ import annotations

import argparse
import os
import platform
import struct
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from project import ROOT, Progress, ProjectError, main, markdown_table, open_database
from proofs.bench import Bench, replayed
from proofs.copies import copy_project
from proofs.engines.comparing import compare
from proofs.engines.installing import FLAGS, Engine, dbt_1, dbt_2
from proofs.tables import write_table

RELEASE = "2024-02.txt"
# Of March 1995, the exports of goods, and what a hand makes of them.
NUMBER, BROKEN = b"46882", b"64882"
# The marts that read no release.
NO_RELEASE = {"dim_component", "dim_recession", "dim_series"}

WITHOUT_UNIT_TESTS = ("build", "--exclude-resource-type", "unit_test")
ALONE = "DuckDB alone"
# What is measured, and how many times DuckDB alone it may take.
AIMS = {"build": ("without unit tests", 2.0), "whole": ("with them", 1.5)}
# The table: what is measured, less what went before it.
ROWS = (
    ("its start", "start", ""),
    ("parsing", "parse", "start"),
    ("seeds, models, data tests", "build", "parse"),
    ("a build without unit tests", "build", ""),
    ("unit tests", "whole", "build"),
    ("a build with unit tests", "whole", ""),
    ("a build that a broken number stops", "stopped", ""),
)

Seconds = dict[str, float]  # of what was measured


class Copy:
    """A copy of the project that one engine builds."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.folder = engine, copy_project(folder)
        (folder / "releases" / RELEASE).write_bytes((ROOT / "releases" / RELEASE).read_bytes())
        self.database = folder / "us_trade.duckdb"

    def run(self, *arguments: str) -> float:
        """The seconds that dbt takes, into no database; raises ProjectError with its words."""
        return (
            Bench(1, Progress(""))
            .measure(f"{self.engine.name}: dbt {arguments[-1]}",
                     [self.engine.dbt, "--quiet", *arguments], cwd=self.folder,
                     before=lambda: self.database.unlink(missing_ok=True))
            .seconds
        )  # fmt: skip

    def stopped(self) -> tuple[float, str]:
        """The seconds until a build stops, and what it says; raises ProjectError if it does not."""
        started = time.perf_counter()
        try:
            self.run(*WITHOUT_UNIT_TESTS)
        except ProjectError as error:
            return time.perf_counter() - started, str(error)
        raise ProjectError(f"{self.engine.name}: builds the marts from a broken number")


def alike(copies: Sequence[Copy]) -> Counter[str]:
    """How much is the same in both; raises ProjectError with what is not."""
    compared = compare(*[(copy.engine.name, copy.database) for copy in copies])
    if compared.faults:
        raise ProjectError("\n".join(compared.faults))
    return compared.counts


def broken(folder: Path, engines: Sequence[Engine]) -> tuple[list[Copy], list[str]]:
    """Copies with a broken number, and what both say of it; raises ProjectError."""
    copies = [Copy(engine, folder / f"broken {engine.name}") for engine in engines]
    for copy in copies:
        seed = copy.folder / "seeds" / "monthly_trade.csv"
        seed.write_bytes(seed.read_bytes().replace(NUMBER, BROKEN))
        words = message(copy, copy.stopped()[1])
    alike(copies)  # the words too
    return copies, words


def message(copy: Copy, said: str) -> list[str]:
    """What the suspects' view says, which dbt must have printed; raises ProjectError."""
    with open_database(copy.database) as connection:
        lines = connection.execute(
            "select line from intermediate.int_suspect_lines order by part, place"
        ).fetchall()
        marts = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts'"
        ).fetchall()
    words = [line for (line,) in lines]
    if not words or any(line not in said for line in words):
        raise ProjectError(f"{copy.engine.name}: does not say which number is broken:\n{said}")
    if built := {name for (name,) in marts} - NO_RELEASE:
        raise ProjectError(f"{copy.engine.name}: builds {', '.join(sorted(built))} all the same")
    return words


def measured(copies: Sequence[Copy], stopping: Sequence[Copy], runs: int,
             progress: Progress) -> dict[str, Seconds]:  # fmt: skip
    """The fastest of the runs, by turns, of each engine and of DuckDB alone."""
    times: dict[str, Seconds] = {ALONE: {}}

    def put(name: str, what: str, seconds: float) -> None:
        kept = times.setdefault(name, {})
        kept[what] = min(seconds, kept.get(what, seconds))

    for _ in range(runs):
        for unit_tests in (False, True):
            seconds = replayed(Bench(1, progress), copies[0].folder, unit_tests=unit_tests)
            put(ALONE, "whole" if unit_tests else "build", seconds)
        for copy, broken in zip(copies, stopping, strict=True):
            name = copy.engine.name
            for what, arguments in (
                ("start", ("--help",)), ("parse", ("parse",)), ("build", WITHOUT_UNIT_TESTS),
                ("whole", ("build",)),
            ):  # fmt: skip
                put(name, what, copy.run(*arguments))
                progress(detail=f"{name} {what}")
            put(name, "stopped", broken.stopped()[0])
            progress(detail=f"{name} stopped")
    return times


def table(times: dict[str, Seconds]) -> str:
    """What took how long, and how many times DuckDB alone; parts are differences of commands."""
    engines = [name for name in times if name != ALONE]
    cells = []
    for title, what, less in ROWS:
        floor = times[ALONE].get(what, 0) - times[ALONE].get(less, 0)
        row = [title, f"{floor:.2f} s" if floor else ""]
        for name in engines:
            seconds = times[name][what] - times[name].get(less, 0)
            row += [f"{seconds:.2f} s", f"{seconds / floor:.1f}" if floor else ""]
        cells.append(row)
    header = ["one release", ALONE, *(cell for name in engines for cell in (name, "x DuckDB"))]
    return markdown_table(header, cells, [False, *[True] * (len(header) - 1)])


def aims(seconds: Seconds, alone: Seconds) -> str:
    """How near an engine comes to what is aimed at."""
    said = []
    for what, (words, most) in AIMS.items():
        ratio = seconds[what] / alone[what]
        verdict = "met" if ratio <= most else "missed"
        said.append(f"{words} {ratio:.1f} times DuckDB alone (aim: {most}, {verdict})")
    return ", ".join(said)


def file_of(database: Path) -> str:
    """How large a database is, in which storage format, and who wrote it."""
    header = database.read_bytes()[:84]
    [storage] = struct.unpack("<Q", header[12:20])
    writer = header[52:84].rstrip(b"\0").decode()
    return f"{database.stat().st_size / 2**20:.1f} MiB in format {storage}, by DuckDB {writer}"


def proved(folder: Path, engines: Sequence[Engine], runs: int) -> str:
    """Everything, in an empty folder, as a table and what was compared."""
    with Progress("engines", 2 + runs * 12) as progress:
        copies = []
        for engine in engines:
            copies.append(Copy(engine, folder / engine.name))
            copies[-1].run("build")
            progress(detail=f"{engine.name} build")
        counts = alike(copies)
        files = [f"{copy.engine.name}, {file_of(copy.database)}" for copy in copies]
        stopping, words = broken(folder, engines)
        times = measured(copies, stopping, runs, progress)
    same = ", ".join(f"{count:,} {kind}s" for kind, count in counts.items())
    return "\n\n".join([
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; "
        f"the fastest of {runs}",
        table(times),
        f"{engines[1].name}: {aims(times[engines[1].name], times[ALONE])}.",
        f"The same in both: {same}. The files: {'; '.join(files)}.",
        f"Of a broken number both say the same {len(words)} lines, the first of them",
        f"    {words[0]}",
    ])  # fmt: skip


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m proofs.engines",
        description="Build with dbt 1.11 and with dbt 2, compare the databases, measure both.",
        epilog="example: .venv/bin/python -m proofs.engines --dbt2 ~/.local/bin/dbt",
    )
    parser.add_argument("--dbt2", type=Path, metavar="FILE",
                        help="a dbt 2 of your own, in place of the installed one")  # fmt: skip
    parser.add_argument("--runs", type=int, default=3, help="runs of each command (default: 3)")
    parser.add_argument("--write", type=Path, metavar="FILE",
                        help="put the table into this file, such as docs/running.md")  # fmt: skip
    return parser


def command(options: argparse.Namespace) -> None:
    engines = [dbt_1(), dbt_2(options.dbt2)]
    os.environ.update(FLAGS)  # for a dbt 2 of one's own
    with tempfile.TemporaryDirectory(prefix="us_trade engines ") as folder:
        said = proved(Path(folder), engines, options.runs)
    print(said)
    if options.write:
        write_table(options.write, "engines", said)


if __name__ == "__main__":
    sys.exit(main(command, parser()))
