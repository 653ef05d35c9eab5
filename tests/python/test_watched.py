"""A change of any column of any mart fails a data test of the build, and each of those can fail."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from proofs import watched
from support.builds import Build

PAGE = "the_front_page_of_february_2024_is_the_published_one"


@pytest.fixture(scope="module")
def releases(
    build: Build, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Several releases in a copy of the one build; nothing that is tried on it stays."""
    folder = tmp_path_factory.mktemp("watched")
    with duckdb.connect(build.copy(folder)) as connection:
        watched.load_releases(connection, build.manifest, folder)
        yield connection


def test_every_column_of_every_mart_is_watched(
    releases: duckdb.DuckDBPyConnection, build: Build
) -> None:
    columns = watched.measure(releases, build.manifest, sparing=True)
    assert watched.wrong(columns) == []
    there = releases.execute(
        """
        select table_name || '.' || column_name
        from duckdb_columns()
        where schema_name = 'marts' and database_name = current_database()
        """
    ).fetchall()
    assert {str(column) for column in columns} == {name for (name,) in there}


def test_every_data_test_can_fail(releases: duckdb.DuckDBPyConnection, build: Build) -> None:
    assert watched.blind(releases, build.manifest) == []


def without(build: Build, *tests: str) -> watched.Manifest:
    nodes = build.manifest["nodes"]
    return {"nodes": {name: node for name, node in nodes.items() if node["name"] not in tests}}


def test_a_mart_that_no_test_works_out_again_is_not_watched(
    releases: duckdb.DuckDBPyConnection, build: Build
) -> None:
    """That a series is there is what references to it see; of its titles they know nothing."""
    manifest = without(build, "the_series_are_those_of_the_seed")
    manifest["nodes"] = {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "test" or node["name"] == "dim_series"
    }
    columns = watched.measure(releases, manifest, sparing=True)
    [title] = [column for column in columns if column.name == "title"]
    assert not title.is_watched
    faults = watched.wrong(columns)
    assert f"dim_series.title: {title.unseen[0]}: no data test fails; " \
        "write one, or give the reason in NOT_WATCHED" in faults  # fmt: skip

    reasons = {f"dim_series.{column.name}": "so it is" for column in columns}
    assert "dim_series.series_id: is watched, or is no column; take it out of NOT_WATCHED" in (
        watched.wrong(columns, reasons)
    )
    assert not [fault for fault in watched.wrong(columns, reasons) if ".title" in fault]


def test_a_test_that_cannot_fail_is_named(
    releases: duckdb.DuckDBPyConnection, build: Build
) -> None:
    name = "the_series_are_those_of_the_seed"
    [test] = [node for node in build.manifest["nodes"].values() if node["name"] == name]
    never = {**test, "compiled_code": f"select * from ({test['compiled_code']}) where false"}
    manifest = {"nodes": {**build.manifest["nodes"], test["unique_id"]: never}}
    manifest["nodes"] = {
        key: node
        for key, node in manifest["nodes"].items()
        if node["resource_type"] != "test" or node["name"] == name
    }
    assert watched.blind(releases, manifest) == [
        f"{name}: no change of what it reads makes it fail"
    ]


def test_the_published_front_page_can_fail(build: Build, tmp_path: Path) -> None:
    """Its release is not among the several ones."""
    database = Path(shutil.copy(build.database, tmp_path))
    [page] = [node for node in build.manifest["nodes"].values() if node["name"] == PAGE]
    with duckdb.connect(database) as connection:
        assert connection.execute(page["compiled_code"]).fetchall() == []
        connection.execute(
            """
            update marts.mart_trade_highlights set value = value + 0.1
            where month_date = '2024-02-01' and subject = 'exports' and measure = 'change'
            """
        )
        [failure] = connection.execute(page["compiled_code"]).fetchall()
    assert failure[1:3] == ("exports", "change")
