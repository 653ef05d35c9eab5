"""Copies of the project, to damage at will or to build side by side."""

from __future__ import annotations

import shutil
from pathlib import Path

from project import ROOT

PARTS = (
    "dbt_project.yml", "profiles.yml", "macros", "models", "scripts", "seeds", "tests", "docs",
    "requirements.lock",
)  # fmt: skip


def copy_project(folder: Path) -> Path:
    """A copy of the project in a new folder, without its releases and what was built."""
    folder.mkdir()
    for part in PARTS:
        if (source := ROOT / part).is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / part)
    (folder / "releases").mkdir()
    return folder
