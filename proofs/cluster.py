"""Build the project on Spark Connect engines beside DuckDB, and compare every mart row by row.

The engines are Sail, a server with two workers, and, where Java is there, Apache Spark from the
pyspark wheel, with two executors, each a process.  Their servers are started on loopback, and stay
warm for all builds, each into a new folder:

    a wrong number   all stop before the marts, with the same words
    one left out     the latest release is valid and the marts are compared
    sizes            as many releases as --releases says, compared too
    a second build   into the same folder, or, on Spark, beside somebody else's table, is refused,
                     and every file stays

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

import duckdb

import project
from project import DBT, ROOT, ProjectError, markdown_table
from proofs import parser_of
from proofs.commands import Command, Run, install, run
from proofs.copies import Releases, copy_project, releases_of
from proofs.differences import differences, tables_of
from proofs.made_up_releases import damaged
from proofs.tables import write_table

LOCK = ROOT / "requirements-sail.lock"
PROGRAMS = ROOT / "target" / "cluster" / "bin"
HOST = "127.0.0.1"
MOST_SHOWN = 3
NO_JAVA = "Spark was not run: there is no `java` here; Debian's default-jre-headless has it."
DUCKDB: Command = [DBT, "--quiet", "build", "--exclude-resource-type=unit_test"]
BUILD: Command = [PROGRAMS / "dbt", "--quiet", "--no-use-colors", "build", "--target=sail"]
OTHERS: Command = [
    PROGRAMS / "dbt", "run-operation", "run_query", "--target=sail",
    "--args=sql: create table marts.orders as select 1 as n",
]  # fmt: skip
COMMANDS: dict[str, Command] = {
    "Sail": [PROGRAMS / "sail", "spark", "server", "--port={port}"],
    "Spark": [
        PROGRAMS / "spark-submit", f"--properties-file={ROOT}/proofs/spark.conf",
        "--conf=spark.connect.grpc.binding.port={port}",
        "--class=org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal",
    ],
}  # fmt: skip
# Environment variables of both; their folders are in that of the server.
SETTINGS = {
    "PYSPARK_PYTHON": str(PROGRAMS / "python"),  # by which Spark finds itself
    "RUST_LOG": "warn",
    "SAIL_CLUSTER__WORKER_INITIAL_COUNT": "2",
    "SAIL_CLUSTER__WORKER_MAX_COUNT": "2",
    # As many tasks as the widest test query has tables and partitions.
    "SAIL_CLUSTER__WORKER_TASK_SLOTS": "128",
    "SAIL_EXECUTION__DEFAULT_PARALLELISM": "2",
    "SAIL_MODE": "local-cluster",
    "SPARK_LOCAL_DIRS": "local",
    "SPARK_WORKER_DIR": "work",
}
WRONG = "a wrong number"
# Of a made-up history: one number that two sums find, two of a year in different rows, a row
# without a failure of its own, and more than a build lists.
ERRORS = [
    (2020, "May", 2, 777), (2020, "June", 5, 90), (2020, "July", 5, -4000),
    *((2021, "April", column, 500) for column in (1, 2, 4, 5)),
    (2022, "October", 2, 300), (2022, "October", 4, 900), (2022, "October", 6, 5000),
]  # fmt: skip
LAST_ERROR = (2025, "January (R)", 5, 1000)
# The lines about suspects and about the whole that a build prints.
WORDS = re.compile(r"(?m)^(?:releases|identities|left out|\.\.\.) .*|^releases/.*")

Build = Callable[..., Run]  # of a project into a lake


@contextlib.contextmanager
def server(engine: str, folder: Path) -> Iterator[Build]:
    """Run a server in a new folder for the time of the block; yield how to build on it.

    Raises ProjectError if it does not start.
    """
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = int(free.getsockname()[1])
    folder.mkdir()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(word).format(port=port) for word in COMMANDS[engine]], cwd=folder,
            env=os.environ | SETTINGS, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        while process.poll() is None:
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection((HOST, port)).close()
                break
            time.sleep(0.1)
        else:
            raise ProjectError(f"{engine} did not start:\n{(folder / 'log').read_text()[-3000:]}")
        yield lambda copy, lake, command=BUILD: run(
            command, copy, may_fail=True, US_TRADE_LAKE=str(lake),
            US_TRADE_SAIL_HOST=HOST, US_TRADE_SAIL_PORT=str(port),
        )  # fmt: skip
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # its executors, too
        process.wait()


def cases(counts: Sequence[int]) -> Iterator[tuple[str, Releases]]:
    """Yield releases that stop, some with one left out, and the sizes."""
    releases = dict(releases_of(6))
    *_, history, last = releases
    left_out = releases | {history: damaged(releases[history], *ERRORS)}
    yield WRONG, (left_out | {last: damaged(releases[last], LAST_ERROR)}).items()
    yield "one left out", left_out.items()
    for count in counts:
        yield f"{count:,}", releases_of(count)


def compared(copy: Path, here: Run, there: Run, lake: Path) -> str:
    """Return the number of equal rows in the marts, or that both stopped in the same words.

    Raises ProjectError with what differs.
    """
    faults = [line for line in WORDS.findall(here.said) if line not in there.said]
    has_marts = (lake / "marts" / "fct_monthly_trade").exists()
    if faults or bool(here.status) != bool(there.status) or has_marts == bool(there.status):
        faults = [f"{lake.name}: does not say", *faults, "but", there.said]
        raise ProjectError("\n".join(faults))
    if here.status:
        return "stops alike"
    count = 0
    with duckdb.connect(copy / "us_trade.duckdb", read_only=True) as connection:
        for mart in sorted(tables_of(connection, "marts")):
            [(rows,)] = connection.execute(f"select count(*) from marts.{mart}").fetchall()
            count += int(rows)
            # Sail writes no file of no rows.
            has_files = any(lake.glob(f"marts/{mart}/*.parquet"))
            files = f"'{lake}/marts/{mart}/*.parquet'"
            other = files if has_files else f"(from marts.{mart} limit 0)"
            lines = differences(connection, f"marts.{mart}", other)
            faults += [f"{mart}: {line}" for line in lines[:MOST_SHOWN]]
    if faults:
        raise ProjectError("\n".join([f"{lake.name}: - is DuckDB, + is the lake", *faults]))
    return f"{count:,}"


def refused(build: Build, copy: Path, lake: Path) -> str:
    """Return the message of a build that must be refused.

    Raises ProjectError unless it is, and every file stays as it was.
    """

    def files() -> dict[Path, int]:
        return {file: file.stat().st_mtime_ns for file in copy.rglob("*.parquet")}

    before = files()
    ran = build(copy, lake)
    said = re.search(r"(?m)^ *(\S+: (?:holds|was not made by) .*)", ran.said)
    if not ran.status or not said or files() != before:
        raise ProjectError(f"{lake.name}: is written:\n{ran.said}")
    return said[1].replace(str(lake), "lake")


def measure(folder: Path, counts: Sequence[int]) -> str:
    """Prove it all in an empty folder; return a table and words."""
    engines = ["Sail", *["Spark"] * bool(shutil.which("java"))]
    rows = []
    said = ["Refused are a lake in use and, on Spark, a catalog with somebody else's table:\n"]
    with contextlib.ExitStack() as stack:
        builds = {name: stack.enter_context(server(name, folder / name)) for name in engines}
        for name, releases in cases(counts):
            copy = copy_project(folder / name, releases)
            run([sys.executable, copy / "scripts" / "normalize_release.py"], copy)
            here = run(DUCKDB, copy, may_fail=True, US_TRADE_DB=str(copy / "us_trade.duckdb"))
            if bool(here.status) != (name == WRONG):
                raise ProjectError(f"{name}: DuckDB says\n{here.said}")
            row = [name, f"{here.seconds:.0f} s"]
            for engine, build in builds.items():
                there = build(copy, copy / engine)
                row += [f"{there.seconds:.0f} s", compared(copy, here, there, copy / engine)]
            rows.append(row)
            print(*row, file=sys.stderr)
        for engine, build in builds.items():
            said.append(f"    {engine}: {refused(build, copy, copy / engine)}")
            if engine == "Spark":  # whose catalog outlives a build
                build(copy, copy / "new", OTHERS)
                said.append(f"    {engine}: {refused(build, copy, copy / 'new')}")
    header = ["releases", "DuckDB", *(cell for name in engines for cell in (name, "rows alike"))]
    versions = re.findall(r"(?m)^(?:pysail|pyspark)\S*==\S+", LOCK.read_text())
    return "\n\n".join([
        ", ".join([f"{os.cpu_count()} cores, {platform.machine()}", f"duckdb=={duckdb.__version__}",
                   *versions, "one run of each"]),
        markdown_table(header, rows, [False, *[True] * (len(header) - 1)]),
        "\n".join(said),
        *[NO_JAVA] * ("Spark" not in engines),
    ])  # fmt: skip


def parser() -> argparse.ArgumentParser:
    what = "Build on Spark Connect engines beside DuckDB, and compare the marts."
    parser = parser_of("cluster", what, "--releases 1 400 1000", "docs/cluster.md")
    parser.add_argument("--releases", type=int, nargs="*", default=[1, 40], metavar="N")
    return parser


def command(options: argparse.Namespace) -> None:
    install(PROGRAMS.parent, LOCK)
    with tempfile.TemporaryDirectory(prefix="us_trade-cluster-") as name:
        measured = measure(Path(name), options.releases)
    print(measured)
    if options.write:
        write_table(options.write, "cluster", measured)


if __name__ == "__main__":
    sys.exit(project.main(command, parser()))
