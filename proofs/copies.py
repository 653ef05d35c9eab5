"""Copies of the project, to damage at will or to build side by side."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from project import ROOT
from proofs.made_up_releases import monthly_releases

PARTS = (
    "dbt_project.yml", "profiles.yml", "macros", "models", "scripts", "seeds", "tests", "docs",
    "requirements.lock",
)  # fmt: skip
COMMITTED = ROOT / "releases" / "2024-02.txt"

Releases = Iterable[tuple[str, str]]  # their ids and texts


def copy_project(folder: Path, releases: Releases = ()) -> Path:
    """Return a copy of the project in a new folder, with these releases, and nothing built."""
    folder.mkdir()
    for part in PARTS:
        if (source := ROOT / part).is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / part)
    (folder / "releases").mkdir()
    for name, text in releases:
        (folder / "releases" / f"{name}.txt").write_text(text, newline="")
    return folder


def releases_of(count: int) -> Iterator[tuple[str, str]]:
    """Yield the committed release, or so many made-up ones."""
    published = COMMITTED.read_bytes().decode()
    return iter([(COMMITTED.stem, published)]) if count == 1 else monthly_releases(published, count)
