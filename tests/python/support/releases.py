"""Releases that are not the committed one: normalised in process, and their build replayed."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from proofs.replay import Replayed, replay
from project import ROOT
from release import normalize
from support.dbt import manifest_of


@dataclass
class Built:
    """A database that was replayed: where it is, what failed and what was not built for that."""

    path: Path
    replayed: Replayed

    @property
    def failed(self) -> set[str]:
        return self.replayed.failed

    def query(self, sql: str) -> list[tuple]:
        return query(self.path, sql)

    def said(self) -> list[str]:
        """What `dbt build` would print at its end."""
        lines = []
        for view in ("int_suspect_lines", "int_build_summary"):
            if view not in self.replayed.skipped:
                lines += self.query(f"from intermediate.{view} order by all")
        return [line for *_, line in lines]


def query(database: Path, sql: str) -> list[tuple]:
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def seeds_of(folder: Path, releases: Mapping[str, str | bytes]) -> Path:
    """The project's seeds with these releases, by file name, in the place of its own."""
    (folder / "releases").mkdir(parents=True)
    for name, data in releases.items():
        raw = data if isinstance(data, bytes) else data.encode()
        (folder / "releases" / name).write_bytes(raw)
    seeds = Path(shutil.copytree(ROOT / "seeds", folder / "seeds"))
    normalize(folder / "releases", seeds, check=False)
    return seeds


def rebuilt(database: Path, folder: Path, seeds: Path) -> Built:
    """The build of ``database`` replayed with other seeds, in a copy of it.

    What the models held is still there: a model that is not built keeps its rows of before.
    """
    folder.mkdir(exist_ok=True)
    copy = Path(shutil.copyfile(database, folder / database.name))
    with duckdb.connect(copy) as connection:
        return Built(copy, replay(manifest_of(database), connection, seeds))


def released(database: Path, folder: Path, releases: Mapping[str, str | bytes]) -> Built:
    """The same with other releases, by file name."""
    return rebuilt(database, folder / "built", seeds_of(folder, releases))
