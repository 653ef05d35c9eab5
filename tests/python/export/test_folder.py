"""What an export makes of marts that are not the project's, and of the folder it is to fill."""

from __future__ import annotations

import csv
import json
import os
import signal
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

import export_marts
import project
from export.marts import Json
from project import INTERRUPTED, ProjectError

OURS = '{"name": "us_trade", "resources": []}'
PACKAGE = {"name": "us_trade", "release_id": "2024-02", "files": []}
LEFT = "holds what this did not write; name another folder"

SMALL = """
create schema marts;
create table marts.mart_small (a integer primary key, b varchar);
comment on table marts.mart_small is 'Three rows.';
comment on column marts.mart_small.a is 'The key.';
comment on column marts.mart_small.b is 'A text.';
insert into marts.mart_small values (1, 'one'), (3, null), (2, 'two');
"""


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of one mart, of which the tables alone are written."""

    def tables_alone(
        connection: duckdb.DuckDBPyConnection, folder: Path, warn: export_marts.Warn
    ) -> Json:
        marts = export_marts.read_marts(connection)
        found = [export_marts.write_mart(connection, mart, folder, warn) for mart in marts]
        package = PACKAGE | {"resources": [one for one in found if one]}
        (folder / "datapackage.json").write_text(json.dumps(package))
        return package

    monkeypatch.setattr(export_marts, "write_all", tables_alone)
    (tmp_path / "in").mkdir()
    return changed(tmp_path / "in" / "small.duckdb", SMALL)


def changed(database: Path, sql: str) -> Path:
    with duckdb.connect(str(database)) as connection:
        connection.execute(sql)
    return database


def run(capsys: pytest.CaptureFixture[str], database: Path, folder: Path) -> tuple[int, str, str]:
    """Return status, output and error of the command."""
    given = ["--database", str(database), "--out", str(folder)]
    status = project.main(export_marts.command, export_marts.parser(), given)
    return status, *capsys.readouterr()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# --------------------------------------------------------------------------- marts of any kind


@pytest.mark.parametrize(
    ("sql", "warning"),
    [
        ("comment on column marts.mart_small.b is null", "columns without description: b"),
        ("comment on table marts.mart_small is null", "has no description"),
        ("create table marts.odd as select 1 as a", "has no primary key"),
        ("create table marts.odd as select [1] as a", "a: no counterpart of the type INTEGER[]"),
        ("create table marts.odd as select 1::hugeint as a", "a: Parquet has no HUGEINT"),
        ("create table marts.odd as select ''::bit as a", "a: no counterpart of the type BIT"),
        ('create table marts."../evil" (a int)', "../evil is no plain name"),
        ('create table marts.odd ("a/b" int)', "a/b is no plain name"),
        ('create table marts.odd ("a\x1b[31m" int)', r"a\x1b[31m is no plain name"),
        ("create table marts.sdmx_data (a int)", "another file of the export has its name"),
        ('create view marts."../v" as select 1 as a', ""),
    ],
)
def test_a_mart_of_another_kind_is_written_as_far_as_it_goes(
    sql: str, warning: str, small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = run(capsys, changed(small, sql), tmp_path / "data")
    assert status == 0
    assert warning in err
    assert bool(err) == bool(warning)
    assert all(line.startswith("warning: marts.") for line in err.splitlines())
    written = {path.stem for path in (tmp_path / "data").iterdir()} - {"datapackage"}
    odd = {"odd"} if "is left out" not in err and "marts.odd" in err else set()
    assert written == {"mart_small"} | odd


def test_a_text_that_would_be_a_formula_is_none(small: Path, tmp_path: Path) -> None:
    texts = ["=1+1", "+1", "-1", "@a", "\t=1", " \n=1", "\tTotal", "a=1", "", "é"]
    rows = ", ".join(f"({at}, '{text}')" for at, text in enumerate(texts, 10))
    export_marts.export(
        changed(small, f"insert into marts.mart_small values {rows}"), tmp_path / "data"
    )
    file = tmp_path / "data" / "mart_small.csv"
    with file.open(encoding="utf-8-sig", newline="") as lines:
        found = [row["b"] for row in csv.DictReader(lines)][3:]
    assert found == [*(f"'{text}" for text in texts[:6]), *texts[6:]]
    parquet = duckdb.read_parquet(str(file.with_suffix(".parquet"))).fetchall()
    assert [text for _, text in parquet][3:] == texts


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("update marts.dim_release set is_latest = false", "marts.dim_release: no release is"),
        ("drop table marts.dim_release", "dim_release"),
        ("drop schema marts cascade", "has no table in the schema marts"),
    ],
)
def test_a_database_without_what_is_told_of_is_refused(
    sql: str, fault: str, database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "changed.duckdb"
    with duckdb.connect(str(copy)) as connection:
        connection.execute(f"attach '{database}' as one (read_only); create schema marts")
        connection.execute("create table marts.other as select 1 as a")
        connection.execute("create table marts.dim_release as from one.marts.dim_release")
        connection.execute(sql)
    status, out, err = run(capsys, copy, tmp_path / "data")
    assert (status, out, fault in err) == (1, "", True)
    assert [*tmp_path.iterdir()] == [copy]


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
    capsys.readouterr()
    expected = f"{link}: 1 marts, 3 rows, release 2024-02\n"
    assert run(capsys, small, link)[1:] == (expected, "")
    assert link.is_symlink()
    assert contents(folder).keys() == {"datapackage.json", "mart_small.csv", "mart_small.parquet"}
    assert [*folder.parent.iterdir()] == [folder]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("note.txt", "mine"),
        ("mart_mine.csv", "a,b"),
        ("datapackage.json", OURS.replace("us_trade", "another")),
        ("datapackage.json", "no package"),
        ("datapackage.json", "[]"),
        ("datapackage.json", '{"name": "us_trade"}'),
        ("datapackage.json", '{"name": "us_trade", "resources": [{"path": "a.csv"}]}'),
        ("datapackage.json", '{"name": "us_trade", "resources": [], "files": [{}]}'),
    ],
)
def test_what_is_no_export_is_left_alone(
    name: str, words: str, small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "datapackage.json").write_text(OURS)
    (folder / name).write_text(words)
    before = contents(folder)
    assert run(capsys, small, folder) == (1, "", f"{folder}: {LEFT}\n")
    assert contents(folder) == before


def test_a_folder_with_the_name_of_a_file_of_ours_is_left_alone(
    small: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    export_marts.export(small, folder)
    (folder / "mart_small.csv").unlink()
    (folder / "mart_small.csv").mkdir()
    with pytest.raises(ProjectError, match=LEFT):
        export_marts.export(small, folder)
    assert (folder / "mart_small.csv").is_dir()


def test_a_missing_database_or_a_file_in_the_way_is_named(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, none = tmp_path / "data", tmp_path / "none.duckdb"
    reason = "there is no such database; build it with make"
    assert run(capsys, none, folder) == (1, "", f"{none}: {reason}\n")
    folder.write_text("mine")
    assert run(capsys, small, folder) == (1, "", f"{folder}: is not a folder; move it away\n")
    assert folder.read_text() == "mine"


@pytest.fixture
def handlers() -> Iterator[None]:
    """The signals' handlers, put back."""
    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
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
    monkeypatch.setattr(export_marts.tables, "write_mart", endless)
    assert run(capsys, small, folder) == (INTERRUPTED, "", "stopped\n")
    assert contents(folder) == before
    assert {*tmp_path.iterdir()} == {folder, small.parent}


# --------------------------------------------------------------------------- the network


def test_no_extension_is_downloaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """DuckDB would fetch one, to open a file of SQLite's; its library does, unseen by Python."""
    with sqlite3.connect(tmp_path / "lite.duckdb") as connection:
        connection.execute("create table a (b)")
    status, _, err = run(capsys, tmp_path / "lite.duckdb", tmp_path / "data")
    assert status == 1
    assert "lite.duckdb: cannot be opened" in err
    assert "Failed to download" not in err
