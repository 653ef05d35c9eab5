"""The project as its linters and its type checker see it, and its seeds as the releases say."""

from __future__ import annotations

import functools
import hashlib
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from support.builds import normalize

from project import ROOT

# A new folder is not forgotten.
LISTED = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.sql"]
SQL = subprocess.run(LISTED, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
# What the linter reads beside a file: its version and Jinja's, its settings, macros, its own code.
READ = [ROOT / "requirements-dev.lock", *sorted((ROOT / "macros").rglob("*.sql")),
        *sorted((ROOT / "tests" / "sqlfluff").rglob("*.py"))]  # fmt: skip


@pytest.mark.parametrize("command", ["mypy", "ruff check", "ruff format --check"])
def test_nothing_is_found_by(command: str) -> None:
    name, *arguments = command.split()
    run = subprocess.run(
        [Path(sys.executable).with_name(name), *arguments], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr


@functools.cache
def linter() -> Any:
    from sqlfluff.core import FluffConfig, Linter  # a second, where nothing is to be linted

    return Linter(FluffConfig.from_path(str(ROOT)))


@functools.cache
def settings() -> bytes:
    read = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["sqlfluff"]
    return b"\0".join([repr(read).encode(), *(path.read_bytes() for path in READ)])


@pytest.mark.parametrize("name", [name for name in SQL if (ROOT / name).exists()])
def test_nothing_is_found_in_the_sql(name: str) -> None:
    """A file's mark says that nothing was, in these bytes, with these settings; a clone has none.

    The linter runs here, since starting it takes as long as ten files.
    """
    sql = (ROOT / name).read_text()
    mark = ROOT / "target" / "lint" / hashlib.sha256(settings() + sql.encode()).hexdigest()
    if not mark.exists():
        assert linter().lint_string(sql, fname=name).get_violations() == []
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()


def test_the_seeds_are_what_the_releases_say() -> None:
    normalize(ROOT / "releases", ROOT / "seeds", check=True)
