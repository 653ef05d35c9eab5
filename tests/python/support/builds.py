"""The one real `dbt build` of a test run, and replays of it with other releases and seeds."""

from __future__ import annotations

import fcntl
import functools
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from proofs.replay import Manifest, Replayed, load_seeds, read_manifest, replay

from project import DBT, ROOT
from release import normalize


def dbt(*arguments: str, project: Path = ROOT, database: Path) -> subprocess.CompletedProcess[str]:
    """Run dbt on ``project`` into ``database``, with its target and logs beside that."""
    places = ["--target-path", database.parent / "target", "--log-path", database.parent / "logs"]
    return subprocess.run(
        [DBT, *arguments, *places], cwd=project, env=os.environ | {"US_TRADE_DB": str(database)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def query(database: Path, sql: str) -> list[tuple]:
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(sql).fetchall()


@dataclass(frozen=True)
class Build:
    """What the one real build left.  ``database`` is for all to read, and for none to write."""

    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "us_trade.duckdb"

    @property
    def in_place(self) -> Path:
        """The database as dbt left it, for one test to build over; dbt's own parse is beside it."""
        return self.folder / "dbt" / "us_trade.duckdb"

    @functools.cached_property
    def manifest(self) -> Manifest:
        return read_manifest(self.folder / "manifest.json")

    @property
    def printed(self) -> str:
        return (self.folder / "printed.txt").read_text()

    def copy(self, folder: Path) -> Path:
        """A copy of the database to change, in a folder of its own: the SQL knows its stem."""
        folder.mkdir(exist_ok=True)
        return Path(shutil.copy(self.database, folder))


@dataclass(frozen=True)
class Outcome:
    """A replayed database: the file, and what the replay came to."""

    database: Path
    replayed: Replayed

    @property
    def printed(self) -> str:
        return self.replayed.printed

    @property
    def failed(self) -> set[str]:
        """The names of the data tests that failed."""
        return set(self.replayed.failed)

    def query(self, sql: str) -> list[tuple]:
        return query(self.database, sql)


def replayed(
    build: Build,
    folder: Path,
    *,
    releases: Mapping[str, bytes] | None = None,
    seeds: Mapping[str, str] | None = None,
    sql: Sequence[str] = (),
    upto: str | None = None,
) -> Outcome:
    """A copy of the built database with other releases and seeds, built again without dbt.

    releases  files of releases/, by name, normalised in place of the committed one
    seeds     files of seeds/, by name without `.csv`
    sql       statements that change the loaded seeds, the tables of `raw`
    upto      a model or data test that is enough, with what it needs
    """
    database = build.copy(folder)
    new = written(folder, releases, seeds or {})
    with duckdb.connect(database) as connection:
        load_seeds(connection, build.manifest, new)
        for statement in sql:
            connection.execute(statement)
        return Outcome(database, replay(connection, build.manifest, upto=upto))


def written(folder: Path, releases: Mapping[str, bytes] | None, seeds: Mapping[str, str]) -> Path:
    """Return a new folder with the seeds of releases, and with others, by name."""
    new = folder / "seeds"
    new.mkdir()
    if releases is not None:
        (folder / "releases").mkdir()
        for name, data in releases.items():
            (folder / "releases" / name).write_bytes(data)
        normalize(folder / "releases", new, check=False)
    for name, csv in seeds.items():
        (new / f"{name}.csv").write_text(csv)
    return new


def shared(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Outcome]) -> Outcome:
    """Return what ``make`` replays in a folder, once in a test run; its database is to read."""

    def keep(folder: Path) -> None:
        outcome = make(folder / "replay")
        (folder / "printed.txt").write_text(outcome.printed)

    folder = once(factory, name, keep)
    replay = Replayed(printed=(folder / "printed.txt").read_text())
    return Outcome(folder / "replay" / "us_trade.duckdb", replay)


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the first worker to ask for it fills with ``make``; the others wait for it."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    folder.mkdir(exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            for left in folder.iterdir():  # of a worker in which it failed
                shutil.rmtree(left) if left.is_dir() else left.unlink()
            make(folder)
            (folder / "made").touch()
    finally:
        os.close(descriptor)
    return folder
