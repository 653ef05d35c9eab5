"""Build the project on Spark Connect engines beside DuckDB, and compare every mart row by row.

The engines are Sail, a server with two workers, and, where Java is there, Apache Spark from the
pyspark wheel, with two executors, each a process.  A server is started on loopback, and stays warm
for all its builds, each into a new folder:

    a wrong number   releases with wrong numbers: both stop before the marts, and say the same
    one left out     the same with a sound latest release: the marts are compared, none is empty
    a lake in use    the same once more, into the same folder: refused, and its files stay
    sizes            as many releases as --releases says, compared too

Everything that was started is stopped, and what was written is removed, however it ends; what was
installed stays in target/cluster.  Of no time is anything asserted.

Exit status: 0, or 1 where a build, a comparison or a message is not as it should be.
"""

from __future__ import annotations

import argparse
import contextlib
import glob
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

import project
from project import DBT, NO_EXTENSIONS, ROOT, ProjectError, markdown_table
from proofs.commands import Command, Run, install, run
from proofs.copies import COMMITTED, Releases, copy_project, releases_of
from proofs.differences import differences, tables_of
from proofs.made_up_releases import damaged, six_releases
from proofs.tables import write_table

FOLDER = ROOT / "target" / "cluster"
HOST = "127.0.0.1"
MOST_SHOWN = 3
NO_JAVA = "Spark was not run: there is no `java` here; Debian's default-jre-headless has it."
# As many tasks as the widest query of the tests has tables and partitions.
SAIL = {
    "SAIL_MODE": "local-cluster",
    "SAIL_CLUSTER__WORKER_INITIAL_COUNT": "2",
    "SAIL_CLUSTER__WORKER_MAX_COUNT": "2",
    "SAIL_CLUSTER__WORKER_TASK_SLOTS": "128",
    "SAIL_EXECUTION__DEFAULT_PARALLELISM": "2",
    "RUST_LOG": "warn",
}
SPARK = {
    "spark.connect.grpc.binding.address": HOST,
    "spark.driver.bindAddress": HOST,
    "spark.driver.host": HOST,
    "spark.log.level": "WARN",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
}


def sail(programs: Path, port: int, folder: Path) -> Command:
    return ["env", *(f"{name}={value}" for name, value in SAIL.items()),
            programs / "sail", "spark", "server", "--port", str(port)]  # fmt: skip


def spark(programs: Path, port: int, folder: Path) -> Command:
    """Without a warehouse of its own it would write one into the folder that it is started in."""
    settings = SPARK | {
        "spark.connect.grpc.binding.port": str(port),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }
    return [
        programs / "spark-submit", "--master", "local-cluster[2,1,1024]", "--driver-memory", "2g",
        "--class", "org.apache.spark.sql.connect.service.SparkConnectServer",
        *(part for name, value in settings.items() for part in ("--conf", f"{name}={value}")),
        "spark-internal",
    ]  # fmt: skip


ENGINES = {"Sail": sail, "Spark": spark}


@contextlib.contextmanager
def server(
    command: Command, port: int, folder: Path
) -> Iterator[tuple[int, dict[str, str]]]:
    """A server for the time of the block: its processes' group, and what tells dbt of it.

    Raises ProjectError where it does not start.
    """
    log = folder / "server.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=folder, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        while process.poll() is None:
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection((HOST, port)).close()
                break
            time.sleep(0.1)
        else:
            raise ProjectError(f"the server did not start:\n{log.read_text()[-3000:]}")
        yield process.pid, {"US_TRADE_SAIL_HOST": HOST, "US_TRADE_SAIL_PORT": str(port)}
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # its executors, too
        process.wait()


def free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])


@dataclass(frozen=True)
class Case:
    """A project with some releases, as DuckDB builds it."""

    name: str
    folder: Path
    duckdb: Run

    @property
    def database(self) -> Path:
        return self.folder / "us_trade.duckdb"

    def ask(self, sql: str) -> list[tuple[str | int, ...]]:
        with duckdb.connect(self.database, read_only=True) as connection:
            return connection.execute(sql).fetchall()

    @property
    def words(self) -> list[str]:
        """What the build says of its numbers, which any engine must say."""
        views = ("int_suspect_lines", "int_build_summary")
        asked = [self.ask(f"from intermediate.{view} order by 1, 2") for view in views]
        return [str(row[-1]) for rows in asked for row in rows]


def case(folder: Path, name: str, releases: Releases, fails: bool = False) -> Case:
    """Return a new project that DuckDB has built, or failed to.  Raises ProjectError."""
    copy = copy_project(folder / name.replace(" ", "_"), releases)
    run([sys.executable, copy / "scripts" / "normalize_release.py"], copy)
    build: Command = [DBT, "--quiet", "build", "--exclude-resource-type", "unit_test"]
    ran = run(build, copy, may_fail=fails, US_TRADE_DB=str(copy / "us_trade.duckdb"))
    print(f"{name}: DuckDB {ran.seconds:.0f} s", file=sys.stderr)
    return Case(name, copy, ran)


def cases(folder: Path, counts: Sequence[int]) -> list[Case]:
    """Return the case that stops, the one whose bad release is left out, and the sizes."""
    wrong = dict(six_releases(COMMITTED.read_bytes().decode()))
    mended = damaged(wrong[COMMITTED.stem], 2020, "March", 5, -1000)
    left_out = wrong | {COMMITTED.stem: damaged(mended, 2023, "November", 9, 30)}
    return [
        case(folder, "a wrong number", wrong.items(), fails=True),
        case(folder, "one left out", left_out.items()),
        *(case(folder, f"{count:,}", releases_of(count)) for count in counts),
    ]


@dataclass(frozen=True)
class Engine:
    """A server that runs, and the dbt that speaks with it."""

    name: str
    dbt: Path
    group: int  # of its processes
    settings: dict[str, str]

    def build(self, case: Case, lake: Path) -> Run:
        return run(
            [self.dbt, "--quiet", "--no-use-colors", "build",
             "--target", "sail", "--target-path", f"target/{self.name}"],
            case.folder, may_fail=True, US_TRADE_LAKE=str(lake), **self.settings,
        )  # fmt: skip

    def prove(self, case: Case, lake: Path) -> tuple[Run, int]:
        """Build into a new lake; return how, and how many rows are the same.

        Raises ProjectError with what is not as in DuckDB.
        """
        ran = self.build(case, lake)
        has_marts = (lake / "marts" / "fct_monthly_trade").exists()
        if bool(ran.status) != bool(case.duckdb.status) or bool(ran.status) == has_marts:
            raise ProjectError(f"{self.name}, {case.name}: dbt build says\n{ran.said[-5000:]}")
        if unsaid := [line for line in case.words if line not in ran.said]:
            raise ProjectError("\n".join([f"{self.name}, {case.name}: does not say", *unsaid]))
        print(f"{case.name}: {self.name} {ran.seconds:.0f} s", file=sys.stderr)
        return ran, 0 if ran.status else compare(case, lake, f"{self.name}, {case.name}")

    def refuse(self, case: Case, lake: Path) -> str:
        """Build into a lake that is not empty; return what is said.

        Raises ProjectError where it is not refused, or a file of the lake is another.
        """
        before = {file: file.stat().st_mtime_ns for file in lake.rglob("*")}
        ran = self.build(case, lake)
        said = re.search(r"\S+: holds .* for each build", ran.said)
        if not said or {file: file.stat().st_mtime_ns for file in lake.rglob("*")} != before:
            raise ProjectError(f"{self.name}: a lake is written twice:\n{ran.said[-5000:]}")
        return said[0].replace(str(lake), "lake")

    def peak_mib(self) -> float:
        """Return the most memory that each of its processes has had so far, added up."""
        total = 0
        for status in Path("/proc").glob("[0-9]*/status"):
            with contextlib.suppress(OSError):
                if os.getpgid(int(status.parent.name)) == self.group:
                    found = re.search(r"VmHWM:\s+(\d+)", status.read_text())
                    total += int(found[1]) if found else 0
        return total / 2**10


def compare(case: Case, lake: Path, where: str) -> int:
    """Return how many rows all marts have; raises ProjectError with the rows that differ."""
    faults, count = [], 0
    with duckdb.connect(case.database, read_only=True, config=dict(NO_EXTENSIONS)) as connection:
        for mart in sorted(tables_of(connection, "marts")):
            files = f"{lake}/marts/{mart}/*.parquet"
            [(rows,)] = connection.execute(f"select count(*) from marts.{mart}").fetchall()
            # Sail writes no file of no rows.
            if glob.glob(files):
                lines = differences(connection, f"marts.{mart}", f"'{files}'")
                faults += [f"{mart}: {line}" for line in lines[:MOST_SHOWN]]
            elif rows:
                faults.append(f"{mart}: has no file in {lake}")
            count += rows
    if faults:
        raise ProjectError("\n".join([f"{where}: - is DuckDB, + is the lake", *faults]))
    return count


def measure(name: str, folder: Path, cases: Sequence[Case]) -> tuple[list[list[str]], str]:
    """Return of an engine, for each case, its cells of the table; and what it refuses."""
    port, programs = free_port(), FOLDER / "bin"
    lakes = [folder / f"{name}-{at}" for at in range(len(cases))]
    cells = []
    with server(ENGINES[name](programs, port, folder), port, folder) as (group, settings):
        engine = Engine(name, programs / "dbt", group, settings)
        for at, (case, lake) in enumerate(zip(cases, lakes, strict=True)):
            ran, rows = engine.prove(case, lake)
            cells.append([f"{ran.seconds:.0f} s", f"{engine.peak_mib():,.0f} MiB",
                          f"{rows:,}" if rows else "stops alike"])  # fmt: skip
            if at == 1:
                refused = engine.refuse(case, lake)
    return cells, refused


def prove(folder: Path, counts: Sequence[int]) -> str:
    """Do it all in an empty folder, and return it as a table and words."""
    names = [name for name in ENGINES if name != "Spark" or shutil.which("java")]
    found = cases(folder, counts)
    measured = {name: measure(name, folder, found) for name in names}
    rows = []
    for at, case in enumerate(found):
        row = [case.name, f"{case.duckdb.seconds:.0f} s", f"{case.duckdb.peak_mib:,.0f} MiB"]
        rows.append([*row, *(cell for name in names for cell in measured[name][0][at])])
    header = ["releases", "DuckDB", "its memory",
              *(cell for name in names for cell in (name, "its memory", "rows alike"))]  # fmt: skip
    return "\n\n".join([
        f"{os.cpu_count()} cores, {platform.machine()}; {versions(names)}; two workers or"
        " executors, one warm server for all builds of an engine, one run of each",
        markdown_table(header, rows, [False, *[True] * (len(header) - 1)]),
        "A lake that is not empty:\n\n" + "\n".join(
            f"    {name}: {measured[name][1]}" for name in names
        ),
        *[NO_JAVA] * ("Spark" not in names),
    ])  # fmt: skip


def versions(names: Sequence[str]) -> str:
    packages = {"Sail": "pysail", "Spark": "pyspark"}
    show = "from importlib.metadata import version as v; print(*map(v, {}))"
    asked = show.format([packages[name] for name in names])
    said = run([FOLDER / "bin" / "python", "-c", asked]).said.split()
    engines = ", ".join(f"{name} {it}" for name, it in zip(names, said, strict=True))
    return f"DuckDB {duckdb.__version__}, {engines}"


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m proofs.cluster",
        description="Build on Spark Connect engines beside DuckDB, and compare the marts.",
        epilog="example: .venv/bin/python -m proofs.cluster --releases 1 400 1000",
    )
    parser.add_argument("--releases", type=int, nargs="*", default=[1, 40, 400], metavar="N")
    parser.add_argument("--write", type=Path, metavar="FILE",
                        help="put the table into this page, if all is right")  # fmt: skip
    return parser


def command(options: argparse.Namespace) -> None:
    install(FOLDER, ROOT / "requirements-sail.lock")
    with tempfile.TemporaryDirectory(prefix="us_trade-cluster-") as name:
        proved = prove(Path(name), options.releases)
    print(proved)
    if options.write:
        write_table(options.write, "cluster", proved)


if __name__ == "__main__":
    sys.exit(project.main(command, parser()))
