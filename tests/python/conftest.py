"""What the tests share: the committed release, and one database built from it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from project import ROOT
from proofs.made_up_releases import Published, made_up_release
from support.dbt import dbt
from support.releases import Built, rebuilt, seeds_of


@pytest.fixture(scope="session")
def release_text() -> str:
    """The committed release, as text."""
    return (ROOT / "releases" / "2024-02.txt").read_bytes().decode()


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database that `dbt build` makes of the committed seeds, with every test of its own.

    One for all the workers of a run: the first to come builds it, the others wait.
    """
    run = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        run = run.parent
    path = run / "build" / "us_trade.duckdb"
    with (run / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (run / "built").exists():
            path.parent.mkdir(exist_ok=True)
            built = dbt("build", database=path)
            (run / "built").write_text(built.stdout if built.returncode else "")
    failure = (run / "built").read_text()
    assert not failure, failure
    return path


# What older releases printed otherwise: December came out lower, was raised by 250 in January's and
# by 150 in February's release. Both say 9 more for March 1999, which no such release usually revises.
REVISED = {
    (2023, 12): {(2023, 12): {"exports_goods": -400}, (1999, 3): {"imports_goods": 9}},
    (2024, 1): {
        (2023, 12): {"exports_goods": -150},
        (2024, 1): {"imports_services": -40},
        (1999, 3): {"imports_goods": 9},
    },
}


@pytest.fixture(scope="session")
def three(database: Path, release_text: str, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Three releases: two made up before the committed one, of which January's has no date."""
    folder = tmp_path_factory.mktemp("three")
    published = Published(release_text)
    texts = {
        f"{year}-{month:02}.txt": made_up_release(published, (year, month), changes)
        for (year, month), changes in REVISED.items()
    }
    seeds = seeds_of(folder, texts | {"2024-02.txt": release_text})
    (seeds / "release_calendar.csv").write_text(
        "release_id,released_on,source\n2023-12,2024-02-07,made up\n2024-02,2024-04-04,as it was\n"
    )
    built = rebuilt(database, folder / "built", seeds)
    assert not built.failed
    return built
