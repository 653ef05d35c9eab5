"""The project as its linters and its type checker see it, and its seeds as the releases say."""

from __future__ import annotations

import functools
import hashlib
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from support.builds import normalize

from project import ROOT

BIN = Path(sys.executable).parent
MARKS = ROOT / "target" / "lint"


@pytest.mark.parametrize(
    "command",
    [("mypy",), ("ruff", "check"), ("ruff", "format", "--check")],
    ids=lambda command: " ".join(command),
)
def test_nothing_is_found_by(command: tuple[str, ...]) -> None:
    run = tool(*command)
    assert run.returncode == 0, run.stdout + run.stderr


def test_nothing_is_found_in_the_sql() -> None:
    """A file's mark says that nothing was, in these bytes, with these macros and this linter.

    A clean clone has no marks, and lints every file.
    """
    changed = {path: mark for path in sql_files() if not (mark := mark_of(path)).exists()}
    if changed:
        run = tool("sqlfluff", "lint", "--processes", "2", *changed)
        assert run.returncode == 0, run.stdout + run.stderr
    for mark in changed.values():
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()


def tool(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / name, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def sql_files() -> list[str]:
    """Return the names of all SQL files of the project; a new folder is not forgotten."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.sql"]
    found = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in found.stdout.splitlines() if (ROOT / name).exists()]


def mark_of(name: str) -> Path:
    """Return where it is kept that nothing was found in an SQL file as it is."""
    return MARKS / hashlib.sha256(read_by_linter() + (ROOT / name).read_bytes()).hexdigest()


@functools.cache
def read_by_linter() -> bytes:
    """Return a digest of what the linter reads beside the file: settings, macros, its own code."""
    files = [ROOT / "pyproject.toml", *(ROOT / "macros").rglob("*.sql")]
    files += (ROOT / "tests" / "sqlfluff").rglob("*.py")
    versions = [metadata.version(name) for name in ("sqlfluff", "sqlfluffrs", "jinja2")]
    parts = [*(path.read_bytes() for path in sorted(files)), *map(str.encode, versions)]
    return b"".join(hashlib.sha256(part).digest() for part in parts)


def test_the_seeds_are_what_the_releases_say() -> None:
    normalize(ROOT / "releases", ROOT / "seeds", check=True)
