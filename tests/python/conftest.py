"""What the tests share: the committed release, and what is built of it, once in a test run."""

from __future__ import annotations

import gc
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.builds import Build, Outcome, dbt, once, shared
from support.server import Server
from support.situations import built

import fetch_release
from project import ROOT


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="write tests/golden/ anew")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what waits for the one real build.

    So one worker begins it at once, and the others, which begin further back, need not wait.
    """
    items.sort(key=lambda item: "build" not in getattr(item, "fixturenames", ()))


def pytest_collection_finish() -> None:
    """Spare what was imported from each garbage collection: a twelfth of the time."""
    gc.freeze()


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
