"""The project as its linters and its type checker see it, and its seeds as the releases say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.builds import normalize

from project import ROOT

BIN = Path(sys.executable).parent
SQL = ("models", "tests", "macros", "analyses", "scripts/report/queries", "proofs")


@pytest.mark.parametrize(
    "command",
    [
        ("sqlfluff", "lint", "--processes", "2", *SQL),
        # A Spark parser reads every model too: any rule will do, it is for what cannot be parsed.
        (
            "sqlfluff",
            "lint",
            "--processes",
            "2",
            "--dialect",
            "sparksql",
            "--rules",
            "LT12",
            "models",
        ),
        ("mypy",),
        ("ruff", "check"),
        ("ruff", "format", "--check"),
    ],
    ids=lambda command: " ".join(command[:6]),
)
def test_nothing_is_found_by(command: tuple[str, ...]) -> None:
    run = subprocess.run(
        [BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_folder_with_sql_is_linted() -> None:
    """A new one that the linter is not told of would never be looked at."""
    files = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.sql"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert files
    assert [file for file in files if not file.startswith(tuple(f"{f}/" for f in SQL))] == []


def test_the_seeds_are_what_the_releases_say() -> None:
    normalize(ROOT / "releases", ROOT / "seeds", check=True)
