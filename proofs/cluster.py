"""Build the project on Spark Connect engines beside DuckDB, and compare every mart row by row.

The engines are Sail, a server with two workers, and, where Java is there, Apache Spark from the
pyspark wheel, with two executors, each a process.  A server is started on loopback, and stays warm
for all its builds, each into a new folder:

    a wrong number   both stop before the marts, with the same words
    one left out     the latest release is valid and the marts are compared; a second build into
                     the same folder is refused, and its files stay
    sizes            as many releases as --releases says, compared too

Everything that was started is stopped, and what was written is removed, however it ends; what was
installed stays in target/cluster.  Of no time is anything asserted.

Exit status: 0, or 1 where a build, a comparison or a message is not as it should be.
"""

from __future__ import annotations

import argparse
import contextlib
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
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb

import project
from project import DBT, ROOT, ProjectError, markdown_table
from proofs.commands import Command, Run, install, run
from proofs.copies import COMMITTED, Releases, copy_project, releases_of
from proofs.differences import differences, tables_of
from proofs.made_up_releases import damaged, six_releases
from proofs.tables import write_table

PROGRAMS = ROOT / "target" / "cluster" / "bin"
HOST = "127.0.0.1"
MOST_SHOWN = 3
NO_JAVA = "Spark was not run: there is no `java` here; Debian's default-jre-headless has it."
# As many tasks as the widest test query has tables and partitions.
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
    "spark.sql.warehouse.dir": "warehouse",
    "spark.ui.enabled": "false",
}

Build = Callable[[Path, Path], Run]  # of a project into a lake


def server_command(engine: str, port: int) -> Command:
    if engine == "Sail":
        settings = [f"{name}={value}" for name, value in SAIL.items()]
        return ["env", *settings, PROGRAMS / "sail", "spark", "server", "--port", str(port)]
    settings = [f"--conf={name}={value}" for name, value in SPARK.items()]
    return [
        "env", f"PYSPARK_PYTHON={PROGRAMS}/python",  # by which it finds itself
        PROGRAMS / "spark-submit", "--master=local-cluster[2,1,1024]", "--driver-memory=2g",
        "--class=org.apache.spark.sql.connect.service.SparkConnectServer", *settings,
        f"--conf=spark.connect.grpc.binding.port={port}", "spark-internal",
    ]  # fmt: skip


@contextlib.contextmanager
def server(engine: str, folder: Path) -> Iterator[Build]:
    """Run a server for the time of the block; yield how to build on it. Raises ProjectError."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = int(free.getsockname()[1])
    settings = {"US_TRADE_SAIL_HOST": HOST, "US_TRADE_SAIL_PORT": str(port)}
    log = folder / f"{engine}.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            server_command(engine, port), cwd=folder, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        while process.poll() is None:
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection((HOST, port)).close()
                break
            time.sleep(0.1)
        else:
            raise ProjectError(f"{engine} did not start:\n{log.read_text()[-3000:]}")
        yield lambda copy, lake: run(
            [PROGRAMS / "dbt", "--quiet", "--no-use-colors", "build",
             "--target", "sail", "--target-path", f"target/{engine}"],
            copy, may_fail=True, US_TRADE_LAKE=str(lake), **settings,
        )  # fmt: skip
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # its executors, too
        process.wait()


class Case(NamedTuple):
    """A project with some releases, as DuckDB built it, with the lines about its numbers."""

    name: str
    folder: Path
    duckdb: Run
    words: list[str]


def made(folder: Path, name: str, releases: Releases, is_valid: bool = True) -> Case:
    """Return a new project that DuckDB has built, as far as it goes.  Raises ProjectError."""
    copy = copy_project(folder / name.replace(" ", "_"), releases)
    run([sys.executable, copy / "scripts" / "normalize_release.py"], copy)
    build: Command = [DBT, "--quiet", "build", "--exclude-resource-type", "unit_test"]
    ran = run(build, copy, may_fail=not is_valid, US_TRADE_DB=str(copy / "us_trade.duckdb"))
    with duckdb.connect(copy / "us_trade.duckdb", read_only=True) as connection:
        words = [
            str(row[-1])
            for view in ("int_suspect_lines", "int_build_summary")
            if view in tables_of(connection, "intermediate")  # a stopped build has none
            for row in connection.execute(f"from intermediate.{view} order by 1, 2").fetchall()
        ]
    print(f"{name}: DuckDB {ran.seconds:.0f} s", file=sys.stderr)
    return Case(name, copy, ran, words)


def cases(folder: Path, counts: Sequence[int]) -> Iterator[Case]:
    """Yield the case that stops, the one with a release left out, and the sizes."""
    wrong = dict(six_releases(COMMITTED.read_bytes().decode()))
    mended = damaged(wrong[COMMITTED.stem], 2020, "March", 5, -1000)
    left_out = wrong | {COMMITTED.stem: damaged(mended, 2023, "November", 9, 30)}
    yield made(folder, "a wrong number", wrong.items(), is_valid=False)
    yield made(folder, "one left out", left_out.items())
    for count in counts:
        yield made(folder, f"{count:,}", releases_of(count))


def prove(build: Build, case: Case, lake: Path) -> list[str]:
    """Build into a new lake; return the seconds, and the number of equal rows in the marts.

    Raises ProjectError with the differences from DuckDB.
    """
    ran = build(case.folder, lake)
    has_marts = (lake / "marts" / "fct_monthly_trade").exists()
    if bool(ran.status) != bool(case.duckdb.status) or bool(ran.status) == has_marts:
        raise ProjectError(f"{case.name}, {lake.name}: dbt build says\n{ran.said[-5000:]}")
    if unsaid := [line for line in case.words if line not in ran.said]:
        what = f"{case.name}, {lake.name}: does not say"
        raise ProjectError("\n".join([what, *unsaid, "but", ran.said[-5000:]]))
    print(f"{case.name}: {lake.name} {ran.seconds:.0f} s", file=sys.stderr)
    rows = "stops alike" if ran.status else f"{compare(case, lake):,}"
    return [f"{ran.seconds:.0f} s", rows]


def compare(case: Case, lake: Path) -> int:
    """Return the number of rows of all marts; raise ProjectError with the rows that differ."""
    faults, count = [], 0
    with duckdb.connect(case.folder / "us_trade.duckdb", read_only=True) as connection:
        for mart in sorted(tables_of(connection, "marts")):
            [(rows,)] = connection.execute(f"select count(*) from marts.{mart}").fetchall()
            count += rows
            # Sail writes no file of no rows.
            if list(lake.glob(f"marts/{mart}/*.parquet")):
                files = f"'{lake}/marts/{mart}/*.parquet'"
                lines = differences(connection, f"marts.{mart}", files)
                faults += [f"{mart}: {line}" for line in lines[:MOST_SHOWN]]
            elif rows:
                faults.append(f"{mart}: has no file")
    if faults:
        what = f"{case.name}: - is DuckDB, + is {lake.name}"
        raise ProjectError("\n".join([what, *faults]))
    return int(count)


def refused(build: Build, case: Case, lake: Path) -> str:
    """Return the message of a build into a lake that is not empty.

    Raises ProjectError unless the build is refused and every file stays as it was.
    """

    def files() -> dict[Path, int]:
        return {file: file.stat().st_mtime_ns for file in lake.rglob("*") if file.is_file()}

    before = files()
    ran = build(case.folder, lake)
    said = re.search(r"\S+: holds [^\n]*", ran.said)
    if not ran.status or not said or files() != before:
        raise ProjectError(f"{lake.name}: is written twice:\n{ran.said[-5000:]}")
    return said[0].replace(str(lake), "lake")


def measure(folder: Path, counts: Sequence[int]) -> str:
    """Prove it all in an empty folder; return a table and words."""
    engines = ["Sail", *["Spark"] * bool(shutil.which("java"))]
    found = list(cases(folder, counts))
    columns, said = [], []
    for engine in engines:
        with server(engine, folder) as build:
            lakes = [folder / f"{engine}-{at}" for at in range(len(found))]
            columns.append([prove(build, *pair) for pair in zip(found, lakes, strict=True)])
            said.append(f"    {engine}: {refused(build, found[1], lakes[1])}")
    rows = [
        [case.name, f"{case.duckdb.seconds:.0f} s", *(cell for column in cells for cell in column)]
        for case, *cells in zip(found, *columns, strict=True)
    ]
    header = ["releases", "DuckDB", *(cell for name in engines for cell in (name, "rows alike"))]
    return "\n\n".join([
        f"{os.cpu_count()} cores, {platform.machine()}, {versions()}; one run of each",
        markdown_table(header, rows, [False, *[True] * (len(header) - 1)]),
        "\n".join(["A lake in use is refused:\n", *said]),
        *[NO_JAVA] * ("Spark" not in engines),
    ])  # fmt: skip


def versions() -> str:
    show = "from importlib.metadata import version as v; print(v('pysail'), v('pyspark'))"
    sail, spark = run([PROGRAMS / "python", "-c", show]).said.split()
    return f"DuckDB {duckdb.__version__}, Sail {sail}, Spark {spark}"


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
    install(PROGRAMS.parent, ROOT / "requirements-sail.lock")
    with tempfile.TemporaryDirectory(prefix="us_trade-cluster-") as name:
        measured = measure(Path(name), options.releases)
    print(measured)
    if options.write:
        write_table(options.write, "cluster", measured)


if __name__ == "__main__":
    sys.exit(project.main(command, parser()))
