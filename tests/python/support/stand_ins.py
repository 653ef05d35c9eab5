"""build.py on a project of a test's own, with a program in dbt's place."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

import build

SCRIPTS = Path(build.__file__).parent

# The same in a process of its own, to be killed: dbt, the project, and a line to run first.
RUNNER = f"""
import os, signal, sys
sys.path.insert(0, {str(SCRIPTS)!r})
from pathlib import Path
import build
build.DBT, build.ROOT = map(Path, sys.argv[1:3])
build.normalized = lambda: "no release"
exec(sys.argv[3])
sys.exit(build.main([]))
"""


class Ran(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


class Builds:
    """A project in a folder, and builds of it: in this process, or in one of their own."""

    def __init__(
        self, root: Path, patch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        self.root, self.patch, self.capfd = root, patch, capfd
        (root / "seeds").mkdir(parents=True, exist_ok=True)
        patch.setattr(build, "ROOT", root)

    def without_releases(self) -> None:
        self.patch.setattr(build, "normalized", lambda: "no release")

    def run(self, database: Path | str, dbt: Path) -> Ran:
        self.patch.setenv("US_TRADE_DB", str(database))
        self.patch.setattr(build, "DBT", dbt)
        self.capfd.readouterr()
        return Ran(build.main([]), *self.capfd.readouterr())

    def command(self, dbt: Path, first: str = "") -> list[str]:
        return [sys.executable, "-c", RUNNER, str(dbt), str(self.root), first]

    def start(self, database: Path, dbt: Path, first: str = "") -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(dbt, first),
            env=os.environ | {"US_TRADE_DB": str(database)},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip


SUMMARY = "releases    1 read\nmonths      all of them\n"


def make_database(path: Path, number: int) -> Path:
    """A small database that passes for ours, holding the number of its build."""
    with duckdb.connect(path, config={"default_block_size": "16384"}) as connection:
        connection.execute(
            f"""
            create schema raw; create schema intermediate; create schema marts;
            create table raw.release_lines as select 1 as line;
            create table intermediate.int_suspect_lines (part int, place int, line text);
            create table intermediate.int_build_summary as
            select i as place, string_split($${SUMMARY}$$, chr(10))[i] as line
            from range(1, 3) as r (i);
            create table marts.build as select {number} as n;
            create table marts.fct_monthly_trade as select 1 as n
            """
        )
    return path


def node(kind: str, name: str, schema: str = "marts") -> dict[str, object]:
    made = {"resource_type": kind, "name": name, "schema": schema}
    return made | {"config": {"materialized": "ephemeral" if name == "words" else "table"}}


NODES = {
    "model.build": node("model", "build"), "model.words": node("model", "words"),
    "test.gate": node("test", "gate"), "operation.end": node("operation", "end"),
}  # fmt: skip


def good_dbt(folder: Path, number: int, first: str = ":", then: str = ":") -> Path:
    """A dbt that makes the database of that build, and writes down that all of it passed."""
    folder.mkdir(exist_ok=True)
    if not (made := folder / "made.duckdb").exists():
        make_database(made, number)
    passed = [("model.build", "success"), ("test.gate", "pass")]
    results = [{"unique_id": name, "status": status} for name, status in passed]
    (folder / "manifest.json").write_text(json.dumps({"nodes": NODES}))
    (folder / "run_results.json").write_text(json.dumps({"results": results}))
    copies = f"cp '{made}' \"$US_TRADE_DB\"; cp '{folder}'/*.json target"
    return stand_in(folder, f"{first}\n{copies}\n{then}")


def build_in(path: Path) -> int:
    with duckdb.connect(path, read_only=True) as connection:
        [(number,)] = connection.execute("from marts.build").fetchall()
    return int(number)


def stand_in(folder: Path, body: str) -> Path:
    """A program to run in dbt's place, of the shell; $US_TRADE_DB is the file it should make."""
    program = folder / "dbt"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    return program


def beside(database: Path) -> list[str]:
    return sorted(path.name for path in database.parent.iterdir() if path != database)


def leave_open(database: Path, sql: str) -> None:
    """Write to a database, and be killed before it is closed."""
    code = (
        "import duckdb, os, sys\n"
        "c = duckdb.connect(sys.argv[1])\n"
        "c.execute(\"set checkpoint_threshold = '1TB'\")\n"
        "c.execute(sys.argv[2])\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code, database, sql], check=False)


@contextlib.contextmanager
def opened(database: Path, *, read_only: bool) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the database open, and has ended by the end."""
    code = (
        "import duckdb, sys\n"
        "c = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == 'True')\n"
        "print(c.execute('from marts.build').fetchall()[0][0], flush=True)\n"
        "sys.stdin.readline()\n"
        "print(c.execute('from marts.build').fetchall()[0][0], flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, database, str(read_only)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "1\n"
        yield process
        process.kill()
