"""What the tests share: the committed release, and what is built of it, once in a test run."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from proofs.made_up_releases import Published, made_up_release
from support.builds import Build, Outcome, dbt, once, replayed, shared
from support.server import Server
from support.situations import built, undated

import fetch_release
from project import ROOT

# December 2023 came out lower and was raised by 250 in January's release, and by 150 in
# February's, which is the committed one; January by 40. February's release also says 9 less for
# March 1999 than the two before it: a month that no such release usually revises.
DECEMBER = {(2023, 12): {"exports_goods": -400}, (1999, 3): {"imports_goods": 9}}
JANUARY = {
    (2023, 12): {"exports_goods": -150},
    (2024, 1): {"imports_services": -40},
    (1999, 3): {"imports_goods": 9},
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="write tests/golden/ anew")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what waits for the one real build.

    So one worker begins it at once, and the others, which begin further back, need not wait.
    """
    items.sort(key=lambda item: "build" not in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def release_text() -> str:
    """The committed release, as text."""
    return (ROOT / "releases" / "2024-02.txt").read_bytes().decode()


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """What `dbt build` makes of the committed seeds, unit tests included."""

    def make(folder: Path) -> None:
        database = folder / "dbt" / "us_trade.duckdb"
        database.parent.mkdir()
        run = dbt("build", database=database)
        assert run.returncode == 0, run.stdout
        (folder / "printed.txt").write_text(run.stdout)
        shutil.copy(database, folder)
        for name in ("manifest.json", "graph_summary.json"):
            shutil.copy(database.parent / "target" / name, folder)

    return Build(once(tmp_path_factory, "build", make))


@pytest.fixture(scope="session")
def database(build: Build) -> Path:
    """The database that it made, to read."""
    return build.database


@pytest.fixture(scope="session")
def three_releases(
    build: Build, tmp_path_factory: pytest.TempPathFactory, release_text: str
) -> Outcome:
    """A database with the committed release and two made up of it, to read."""
    published = Published(release_text)
    releases = {
        "2023-12.txt": made_up_release(published, (2023, 12), DECEMBER).encode(),
        "2024-01.txt": made_up_release(published, (2024, 1), JANUARY).encode(),
        "2024-02.txt": release_text.encode(),
    }
    return shared(
        tmp_path_factory,
        "three_releases",
        lambda folder: replayed(build, folder, releases=releases, sql=undated("2024-01")),
    )


@pytest.fixture(scope="session")
def situation(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Outcome]:
    """What makes the database of a situation, by name, and once; to read."""
    return lambda name: shared(
        tmp_path_factory, f"situation_{name}", lambda folder: built(build, name, folder)
    )


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """What answers instead of the network."""
    with Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.release.set()
        server.shutdown()


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens at the addresses that a test does not name, and no proxy is asked."""
    monkeypatch.setenv("no_proxy", "*")
    for name in ("HISTORY", "BUNDLE", "ARCHIVE"):
        monkeypatch.setattr(fetch_release, name, f"http://127.0.0.1:1/{name}_YYMM")
