"""What the tests share: the project's places, and one database built from its releases."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DBT = Path(sys.executable).parent / "dbt"
PARTS = ("dbt_project.yml", "profiles.yml", "macros", "models", "scripts", "seeds", "tests")


def dbt(*arguments: str, project: Path = ROOT, database: Path) -> subprocess.CompletedProcess[str]:
    """Run dbt on ``project`` into ``database``, with its target and logs beside that."""
    places = ["--target-path", database.parent / "target", "--log-path", database.parent / "logs"]
    return subprocess.run(
        [DBT, *arguments, *places],
        cwd=project,
        env=os.environ | {"US_TRADE_DB": str(database)},
        capture_output=True,
        text=True,
        check=False,
    )


def build(project: Path, database: Path) -> subprocess.CompletedProcess[str]:
    """`dbt build` of a changed copy of the project, whose models have passed their unit tests."""
    without = ("--exclude-resource-type", "unit_test")
    return dbt("build", *without, project=project, database=database)


def copy_project(folder: Path) -> Path:
    """A copy of the project, without its releases and what was built, to damage at will."""
    folder.mkdir()
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / part)
    (folder / "releases").mkdir()
    return folder


def query(database: Path, sql: str) -> list[tuple]:
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def project_with(folder: Path, **releases: bytes) -> Path:
    """A copy of the project whose releases are these, normalised; names are file stems."""
    project = copy_project(folder)
    for name, data in releases.items():
        (project / "releases" / f"{name.strip('_').replace('_', '-')}.txt").write_bytes(data)
    run = subprocess.run(
        [sys.executable, project / "scripts" / "normalize_release.py"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return project


@pytest.fixture(scope="session")
def release_text() -> str:
    """The committed release, as text."""
    return (ROOT / "releases" / "2024-02.txt").read_bytes().decode()


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database that `dbt build` makes of the committed seeds, with every test of its own."""
    path = tmp_path_factory.mktemp("build") / "us_trade.duckdb"
    built = dbt("build", database=path)
    assert built.returncode == 0, built.stdout
    return path
