"""What an export makes of marts that are not the project's, and of the folder it is to fill."""

from __future__ import annotations

import csv
import os
import signal
import sqlite3
import threading
from pathlib import Path
from typing import Any

import duckdb
import pytest

import export_marts
import project
from export import tables
from export.dataset import write_json
from project import INTERRUPTED

SMALL = """
create schema marts;
create table marts.mart_small (a integer primary key, b varchar);
comment on table marts.mart_small is 'Three rows.';
comment on column marts.mart_small.a is 'The key.';
comment on column marts.mart_small.b is 'A text.';
insert into marts.mart_small values (1, 'one'), (3, null), (2, 'two');
"""
TABLES = {"mart_small.csv", "mart_small.parquet"}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of one mart, of which the tables alone are written."""

    def tables_alone(connection: duckdb.DuckDBPyConnection, folder: Path, warn: Any) -> Any:
        marts = tables.write_tables(connection, folder, export_marts.FILES, warn)
        package = {**tables.HEAD, "release_id": "2024-02", "resources": marts}
        write_json(folder / "datapackage.json", package)
        return package

    monkeypatch.setattr(export_marts, "write_all", tables_alone)
    (tmp_path / "in").mkdir()
    return changed(tmp_path / "in" / "small.duckdb", SMALL)


def changed(database: Path, *statements: str) -> Path:
    with duckdb.connect(str(database)) as connection:
        for sql in statements:
            connection.execute(sql)
    return database


def run(capsys: pytest.CaptureFixture[str], database: Path, folder: Path) -> tuple[int, str, str]:
    """Return status, output and error of the command."""
    capsys.readouterr()
    given = ["--database", str(database), "--out", str(folder)]
    status = project.main(export_marts.command, export_marts.parser(), given)
    return status, *capsys.readouterr()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


# --------------------------------------------------------------------------- marts of any kind

ODD = r"""
comment on table marts.mart_small is null            -- mart_small: has no description
comment on column marts.mart_small.b is null         -- mart_small: columns without description: b
create table marts.keyless as select 1 as a          -- keyless: has no primary key
create table marts.list as select [1] as a           -- list: a: the other formats have no type for
create table marts.huge as select 1::hugeint as a    -- huge: a: the other formats have no type for
create table marts.empty as select {{}} as a         -- empty: is left out: Invalid Input Error:
create table marts."../evil" (a int)                 -- ../evil: is left out: ../evil is no plain
create table marts.slash ("a/b" int)                 -- slash: is left out: a/b is no plain name
create table marts."a{0}[31m" (a int)                -- a\x1b[31m: is left out: a\x1b[31m is no
create table marts.sdmx_data (a int)                 -- sdmx_data: is left out: another file of the
create view marts."../v" as select 1 as a            --
"""


def test_a_mart_of_another_kind_is_written_as_far_as_it_goes(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = [line.format("\x1b").split("--") for line in ODD.strip().splitlines()]
    changed(small, *(sql for sql, _ in cases))
    status, _, err = run(capsys, small, tmp_path / "data")
    assert status == 0
    for _, warning in cases:
        assert f"warning: marts.{warning.strip()}" in err
    assert all(line.startswith("warning: marts.") for line in err.splitlines())
    odd = {f"{name}.{end}" for name in ("keyless", "list", "huge") for end in ("csv", "parquet")}
    assert contents(tmp_path / "data").keys() == {"datapackage.json"} | TABLES | odd


def test_a_text_that_would_be_a_formula_is_none(small: Path, tmp_path: Path) -> None:
    texts = ["=1+1", "+1", "-1", "@a", "\t=1", " \n=1", "\tTotal", "a=1", "", "é"]
    rows = ", ".join(f"({at}, '{text}')" for at, text in enumerate(texts))
    changed(small, f"create or replace table marts.mart_small as from (values {rows}) as of (a, b)")
    export_marts.export(small, tmp_path / "data", lambda _: None)
    file = tmp_path / "data" / "mart_small.csv"
    with file.open(encoding="utf-8-sig", newline="") as lines:
        found = [row["b"] for row in csv.DictReader(lines)]
    assert found == [*(f"'{text}" for text in texts[:6]), *texts[6:]]
    assert duckdb.read_parquet(str(file.with_suffix(".parquet"))).fetchall() == [*enumerate(texts)]


def test_a_database_without_what_is_told_of_and_a_file_in_the_way_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """DuckDB would fetch an extension, to open a file of SQLite's; its library, unseen by us."""
    with sqlite3.connect(tmp_path / "lite.duckdb") as connection:
        connection.execute("create table a (b)")
    changed(tmp_path / "no_marts.duckdb", "create schema marts")
    changed(tmp_path / "no_release.duckdb", SMALL)
    for name, reason in {
        "missing": "missing.duckdb: there is no such database; build it with make",
        "lite": "lite.duckdb: IO Error: Extension",
        "no_marts": "the database has no table in the schema marts",
        "no_release": "release.sql: Catalog Error: Table with name dim_release does not exist",
    }.items():
        status, out, err = run(capsys, tmp_path / f"{name}.duckdb", tmp_path / "data")
        assert (status, out) == (1, "")
        assert reason in err
        assert "Failed to download" not in err
    assert all(path.suffix == ".duckdb" for path in tmp_path.iterdir())
    file = tmp_path / "lite.duckdb"
    assert run(capsys, file, file) == (1, "", f"{file}: is not a folder; move it away\n")


# --------------------------------------------------------------------------- the folder


def test_an_export_takes_the_place_of_an_earlier_one(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of one with more marts, looked at on a Mac, and by way of a link."""
    folder, link = tmp_path / "dist" / "data", tmp_path / "link"
    link.symlink_to(folder)
    export_marts.export(changed(small, "create table marts.gone (a int primary key)"), folder)
    (folder / ".DS_Store").write_text("written by the Finder")
    assert "gone.csv" in contents(folder)
    changed(small, "drop table marts.gone")
    expected = f"{link}: 1 marts, 3 rows, release 2024-02\n"
    assert run(capsys, small, link)[1:] == (expected, "")
    assert link.is_symlink()
    assert contents(folder).keys() == {"datapackage.json"} | TABLES
    assert [*folder.parent.iterdir()] == [folder]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("note.txt", "", "mine"),
        ("mart_mine.csv", "", "a,b"),
        ("datapackage.json", "us_trade", "another"),
        ("datapackage.json", '"path"', '"file"'),
        ("mart_small.csv/mine.txt", "", "mine"),  # in a folder with the name of a file of ours
    ],
)
def test_what_is_no_export_is_left_alone(
    name: str, old: str, new: str, small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, reason = tmp_path / "data", "holds what this did not write; name another folder"
    export_marts.export(small, folder)
    path = folder / name
    if path.parent != folder:
        path.parent.unlink()
        path.parent.mkdir()
    path.write_text(path.read_text().replace(old, new) if old else new)
    before = path.read_bytes(), contents(folder)
    assert run(capsys, small, folder) == (1, "", f"{folder}: {reason}\n")
    assert (path.read_bytes(), contents(folder)) == before


def test_a_signal_to_end_leaves_nothing(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the middle of a query that would take minutes."""

    def endless(connection: duckdb.DuckDBPyConnection, mart: object, folder: Path) -> None:
        (folder / "half.csv").write_text("half")
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM)).start()
        connection.execute("select count(*) from range(300000) a, range(300000) b")

    folder = tmp_path / "data"
    export_marts.export(small, folder)
    before = contents(folder)
    monkeypatch.setattr(tables, "write_mart", endless)
    assert run(capsys, small, folder) == (INTERRUPTED, "", "stopped\n")
    assert contents(folder) == before
    assert {*tmp_path.iterdir()} == {folder, small.parent}
