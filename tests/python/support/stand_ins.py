"""build.py on a project of a test's own, with stand-ins for dbt and for what reads the releases."""

from __future__ import annotations

import functools
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import duckdb
import pytest

import build
import project

# A build in a process of its own: dbt, the project, and a line to run first.
RUNNER = f"""
import os, sys, types
sys.path.insert(0, {str(Path(build.__file__).parent)!r})
from pathlib import Path
import build, project
build.DBT, build.ROOT = map(Path, sys.argv[1:3])
sys.modules["release"] = types.SimpleNamespace(normalize=lambda *_, **__: "no release")
exec(sys.argv[3])
sys.exit(project.main(build.command, build.parser(), []))
"""


class Ran(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


class Builds:
    """A project, its database of build 1, a dbt that makes that of build 2, and builds with them.

    They are run in this process, or in one of their own.
    """

    def __init__(
        self, folder: Path, patch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        self.folder, self.patch, self.capfd = folder, patch, capfd
        self.root, self.data = folder / "project", folder / "data"
        self.dbt = folder / "dbt"
        (self.root / "seeds").mkdir(parents=True)
        (self.root / "requirements.lock").touch()
        patch.setattr(build, "ROOT", self.root)
        patch.setattr(build, "DBT", self.dbt)
        reader = SimpleNamespace(normalize=lambda *_, **__: "no release")
        patch.setitem(sys.modules, "release", reader)
        self.data.mkdir()
        self.database = make_database(self.data / "us_trade.duckdb", 1)
        self.dbt_does()

    def dbt_does(self, first: str = ":", then: str = ":", sql: str = "") -> None:
        """Let dbt do so before it makes the database, and before it notes that all passed."""
        made = make_database(self.folder / "made.duckdb", 2)
        if sql:
            with duckdb.connect(made) as connection:
                connection.execute(sql)
        passed = [("model.build", "success"), ("test.gate", "pass")]
        results = [{"unique_id": name, "status": status} for name, status in passed]
        for name, noted in (("manifest", {"nodes": NODES}), ("run_results", {"results": results})):
            (self.folder / f"{name}.json").write_text(json.dumps(noted))
        runs, copies = f"echo run >>'{self.folder}/runs'", f"cp '{made}' \"$US_TRADE_DB\""
        notes = f"cp '{self.folder}'/*.json target"
        self.dbt.unlink(missing_ok=True)  # one that runs goes on
        self.dbt.write_text("\n".join(["#!/bin/sh", runs, first, copies, then, notes]))
        self.dbt.chmod(0o755)

    def run(self, database: Path | str | None = None) -> Ran:
        self.patch.setenv("US_TRADE_DB", str(self.database if database is None else database))
        self.capfd.readouterr()
        status = project.main(build.command, build.parser(), [])
        return Ran(status, *self.capfd.readouterr())

    def start(self, first: str = "", around: str = "exec {}") -> subprocess.Popen[str]:
        """Start a build in a process of its own, which runs a line first, within one of bash."""
        command = [sys.executable, "-c", RUNNER, str(self.dbt), str(self.root), first]
        return subprocess.Popen(
            ["bash", "-o", "pipefail", "-c", around.format(shlex.join(command))],
            env=os.environ | {"US_TRADE_DB": str(self.database), "PYTHONIOENCODING": "ascii"},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def holds(self, number: int) -> bool:
        """Return whether the database is that of a build, with nothing beside it."""
        return build_in(self.database) == number and [*self.data.iterdir()] == [self.database]

    def is_spared(self) -> bool:
        """Return whether the next build runs no dbt, and says what the last one did."""
        (self.folder / "runs").write_text("")
        status, said, errors = self.run()
        assert (status, errors) == (0, "")
        is_spared = said == f"{SAID}{SUMMARY}database    {self.database}\n"
        assert is_spared == said.startswith(SAID) == ((self.folder / "runs").read_text() == "")
        return is_spared

    def edit(self, name: str, words: str = "more words\n") -> Path:
        path = self.root / name
        path.parent.mkdir(exist_ok=True, parents=True)
        with path.open("a") as file:
            file.write(words)
        return path

    def key(self, database: str = "us_trade.duckdb", file: str = "us_trade.duckdb") -> str:
        return build.what_is_read(self.data / database, self.data / file)[0]


SAID = "nothing has changed since this was built:\n"
SUMMARY = "releases    1 read\nmonths      all of them\n"


def make_database(path: Path, number: int) -> Path:
    """Write a small database that passes for ours, holding the number of its build."""
    path.write_bytes(bytes_of(number))
    return path


@functools.cache
def bytes_of(number: int) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.duckdb"
        with duckdb.connect(made, config={"default_block_size": "16384"}) as connection:
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
        return made.read_bytes()


NODES = {
    f"{kind}.{name}": {"resource_type": kind, "name": name, "schema": "marts"}
    for kind, name in (("model", "build"), ("test", "gate"), ("operation", "end"))
}


def build_in(path: Path) -> int:
    with duckdb.connect(path, read_only=True) as connection:
        [(number,)] = connection.execute("from marts.build").fetchall()
    return int(number)


def leave_open(database: Path, sql: str) -> None:
    """Write to a database, and leave it as a killed process does: what is new is in its log."""
    with duckdb.connect(database) as connection:
        connection.execute("set checkpoint_threshold = '1TB'")
        connection.execute(sql)
        log = Path(f"{database}.wal")
        left = {path: path.read_bytes() for path in (database, log)}
    for path, data in left.items():
        path.write_bytes(data)
