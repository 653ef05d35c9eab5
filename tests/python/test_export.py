"""scripts/export_marts.py: what it writes, that it writes the same again, all or nothing."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import os
import signal
import socket
import sqlite3
import sys
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import openpyxl
import pytest
from support.builds import Outcome

import export_marts
import project
import render_cookbook
from export import sdmx, tables
from export.dataset import dataset_description
from export.marts import Mart, read_marts
from project import ROOT, ProjectError

MARTS = "database_name = current_database() and schema_name = 'marts'"
OURS = '{"name": "us_trade", "resources": []}'


def run(capsys: pytest.CaptureFixture[str], database: Path, folder: Path) -> tuple[int, str, str]:
    """Status, output and error of the command."""
    given = ["--database", str(database), "--out", str(folder)]
    status = project.main(export_marts.command, export_marts.parser(), given)
    return status, *capsys.readouterr()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def package_of(folder: Path) -> dict:
    return json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))


def csv_rows(folder: Path, resource: dict) -> list[dict[str, str]]:
    with (folder / resource["path"]).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def copy_with(database: Path, folder: Path, sql: str) -> Path:
    """A copy of the database in which ``sql`` was run."""
    copy = folder / "changed.duckdb"
    copy.write_bytes(database.read_bytes())
    with duckdb.connect(str(copy)) as connection:
        connection.execute(sql)
    return copy


@pytest.fixture(scope="module")
def dist(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "dist"
    export_marts.export(database, folder)
    return folder


@pytest.fixture(scope="module")
def package(dist: Path) -> dict:
    return package_of(dist)


def test_every_mart_is_there_with_its_columns(database: Path, package: dict) -> None:
    with duckdb.connect(str(database), read_only=True) as connection:
        columns = connection.execute(
            f"select table_name, column_name from duckdb_columns() where {MARTS} order by all"
        ).fetchall()
    described = [
        (resource["name"], field["name"])
        for resource in package["resources"]
        for field in resource["schema"]["fields"]
    ]
    assert sorted(described) == columns


def test_the_same_database_gives_the_same_bytes(database: Path, dist: Path, tmp_path: Path) -> None:
    export_marts.export(database, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(dist)


def test_files_are_as_described(dist: Path, package: dict) -> None:
    described = {
        file["path"]: file
        for resource in package["resources"]
        for file in (resource, resource["parquet"])
    } | {file["path"]: file for file in package["files"]}
    written = contents(dist)
    assert written.keys() == {*described, "datapackage.json"}
    for name, file in described.items():
        assert len(written[name]) == file["bytes"]
        assert f"sha256:{hashlib.sha256(written[name]).hexdigest()}" == file["hash"]


def test_both_files_hold_the_rows_of_the_mart(database: Path, dist: Path, package: dict) -> None:
    with duckdb.connect(str(database), read_only=True) as connection:
        for resource in package["resources"]:
            mart, parquet = f"marts.{resource['name']}", dist / resource["parquet"]["path"]
            count = connection.execute(f"select count(*) from {mart}").fetchone()[0]
            assert count == resource["rows"] == len(csv_rows(dist, resource))
            for one, other in ((mart, f"'{parquet}'"), (f"'{parquet}'", mart)):
                sql = f"select count(*) from (from {one} except all from {other})"
                assert connection.execute(sql).fetchone()[0] == 0, mart


def test_everything_is_described(package: dict) -> None:
    for resource in package["resources"]:
        assert resource["description"]
        for field in resource["schema"]["fields"]:
            assert field["description"], (resource["name"], field["name"])
            if field["name"].endswith("_musd"):
                assert field["unit"] == "millions of US dollars"
            # Where a text cannot lack, an empty one is a text: a blank line of the release.
            is_text = "constraints" in field and field["type"] == "string"
            assert field.get("missingValues") == ([] if is_text else None)


def test_primary_keys_hold_and_order_the_rows(dist: Path, package: dict) -> None:
    for resource in package["resources"]:
        columns = resource["schema"]["primaryKey"]
        kinds = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
        keys = [
            tuple(int(row[name]) if kinds[name] == "integer" else row[name] for name in columns)
            for row in csv_rows(dist, resource)
        ]
        assert columns
        assert len(set(keys)) == len(keys), resource["name"]
        assert keys == sorted(keys), resource["name"]


def test_foreign_keys_hold(dist: Path, package: dict) -> None:
    resources = {resource["name"]: resource for resource in package["resources"]}
    checked = set()
    for name, resource in resources.items():
        for foreign_key in resource["schema"].get("foreignKeys", []):
            (column,), reference = foreign_key["fields"], foreign_key["reference"]
            (key,), target = reference["fields"], reference["resource"]
            values = {row[column] for row in csv_rows(dist, resource)} - {""}
            assert values <= {row[key] for row in csv_rows(dist, resources[target])}
            assert target != name
            checked.add((name, column, target))
    assert {
        ("fct_monthly_trade", "component", "dim_component"),
        ("fct_monthly_trade", "month_date", "dim_month"),
        ("fct_monthly_trade", "release_id", "dim_release"),
    } <= checked


def test_the_release_is_named_with_its_hash(package: dict) -> None:
    text = (ROOT / "releases" / f"{package['release_id']}.txt").read_bytes()
    (source,) = (one for one in package["sources"] if one["release_id"] == package["release_id"])
    assert source["sha256"] == hashlib.sha256(text).hexdigest()
    assert package["licenses"]


# --------------------------------------------------------------------------- the other formats


def marts_of(database: Path) -> list[tuple[Mart, list[tuple]]]:
    """Each mart with its rows, in the order of its key."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return [(one, connection.execute(one.rows).fetchall()) for one in read_marts(connection)]


def sheets_of(folder: Path) -> dict[str, Any]:
    book = openpyxl.load_workbook(folder / "us_trade.xlsx")
    return {sheet.title: sheet for sheet in book}


@pytest.fixture(scope="module")
def sheets(dist: Path) -> dict[str, Any]:
    return sheets_of(dist)


def test_the_sheets_are_those_that_do_not_grow_with_each_release(sheets: dict[str, Any]) -> None:
    """By a second list, for the rule to be looked at when a mart is added."""
    assert [*sheets] == [
        "notes", "fct_annual_trade", "fct_monthly_trade",
        "mart_headline_revision_summary", "mart_headline_revisions", "mart_release_summary",
        "mart_revision_summary", "mart_trade_indicators", "mart_trade_records",
        "mart_trade_shares", "mart_trade_wide", "dim_component", "dim_month", "dim_recession",
        "dim_release", "dim_series",
    ]  # fmt: skip


def test_a_sheet_holds_the_rows_of_its_mart(database: Path, sheets: dict[str, Any]) -> None:
    def plain(value: object) -> object:
        if isinstance(value, dt.datetime):
            return value.date()
        return float(value) if isinstance(value, Decimal) else value

    for mart, rows in marts_of(database):
        if mart.name in sheets:
            sheet = sheets[mart.name]
            header, *found = sheet.values
            assert [*header] == [column.name for column in mart.columns]
            assert [[*map(plain, row)] for row in found] == [[*map(plain, row)] for row in rows]
            assert sheet.freeze_panes == "A2"
            assert sheet.auto_filter.ref == sheet.dimensions


def test_a_number_is_shown_with_its_unit(sheets: dict[str, Any]) -> None:
    header, cells = sheets["mart_trade_indicators"].iter_rows(max_row=2)
    formats = {name.value: cell.number_format for name, cell in zip(header, cells, strict=True)}
    shown = ["month_date", "value_musd", "value_busd", "change_pct", "sort_order"]
    assert [formats[name] for name in shown] == [
        "yyyy-mm-dd", '#,##0 "M$"', '#,##0.000 "bn$"', '#,##0.000 "%"', "General",
    ]  # fmt: skip


def test_the_notes_say_what_is_to_be_known_and_describe_each_column(
    database: Path, sheets: dict[str, Any]
) -> None:
    rows = [*sheets["notes"].values]
    end = rows.index((None,) * 4)
    notes = {name: words for name, words, *_ in rows[:end]}
    assert notes["release"].startswith("2024-02, published on 2024-04-04; SHA-256 4548")
    assert notes["units"].startswith("In millions of dollars. Seasonally adjusted")
    assert "may be added up" in notes["may be added up"]
    assert "mart_release_text" in notes["not here"]
    described = {mart.name: mart for mart, _ in marts_of(database)}
    marts = [described[name] for name in sheets if name != "notes"]
    assert [(table, column, words) for table, column, _, words in rows[end + 2 :]] == [
        row
        for mart in marts
        for row in (
            (mart.name, None, mart.description),
            *((mart.name, column.name, column.description) for column in mart.columns),
        )
    ]


def test_croissant_is_the_dataset_of_schema_org_with_every_file_and_column(
    database: Path, dist: Path, package: dict
) -> None:
    croissant = json.loads((dist / "croissant.json").read_text(encoding="utf-8"))
    with project.open_database(database) as connection:
        described = dataset_description(connection)
    assert described["temporalCoverage"] == "1992-01/2024-02"
    assert described["datePublished"] == "2024-04-04"
    assert len(described["variableMeasured"]) == 9
    own = {"@context", "@type", "version"}
    assert {**croissant, **{name: described[name] for name in described if name not in own}} == (
        croissant
    )
    written = contents(dist)
    assert {file["contentUrl"]: file["sha256"] for file in croissant["distribution"]} == {
        name: hashlib.sha256(data).hexdigest()
        for name, data in written.items()
        if name.endswith((".parquet", ".csv")) and name != sdmx.CSV
    }
    fields = [
        (record["name"], field["name"], field["description"])
        for record in croissant["recordSet"]
        for field in record["field"]
    ]
    assert fields == [
        (resource["name"], field["name"], field["description"])
        for resource in package["resources"]
        for field in resource["schema"]["fields"]
    ]


def test_both_sdmx_files_hold_every_monthly_number_and_where_it_is_printed(
    database: Path, dist: Path
) -> None:
    with duckdb.connect(str(database), read_only=True) as connection:
        numbers = connection.execute("""
            unpivot (
                select component, strftime(month_date, '%Y-%m') as month, release_id, line_number,
                    exports_musd as exports, imports_musd as imports, balance_musd as balance
                from marts.fct_monthly_trade
            ) on exports, imports, balance into name flow value musd
            """).fetchall()
    names = ["COMPONENT", "TIME_PERIOD", "RELEASE", "LINE_NUMBER", "FLOW", "OBS_VALUE"]
    expected = sorted(tuple(map(str, row)) for row in numbers)
    tree = ElementTree.parse(dist / sdmx.DATA)
    in_xml = [
        {**series.attrib, **observation.attrib}
        for series in tree.iter("Series")
        for observation in series
    ]
    assert len([*tree.iter("Series")]) == 9
    in_csv = csv_rows(dist, {"path": sdmx.CSV})
    for found in (in_xml, in_csv):
        assert sorted(tuple(row[name] for name in names) for row in found) == expected
    kept = [name for name in in_csv[0] if name not in ("STRUCTURE", "STRUCTURE_ID", "ACTION")]
    assert [{name: row[name] for name in kept} for row in in_csv] == in_xml


def test_the_sdmx_structure_has_every_part_described_and_every_code(dist: Path) -> None:
    spaces = sdmx.SPACES
    tree = ElementTree.parse(dist / sdmx.STRUCTURE)
    lists = {
        one.get("id"): [code.get("id") for code in one.iterfind("str:Code", spaces)]
        for one in tree.iterfind(".//str:Codelist", spaces)
    }
    assert len(lists) == 7
    assert lists["CL_FLOW"] == ["balance", "exports", "imports"]
    assert lists["CL_COMPONENT"] == ["total", "goods", "services"]
    parents = [one.get("id") for one in tree.iterfind(".//str:Parent/Ref", spaces)]
    assert parents == ["total", "total"]
    series = ElementTree.parse(dist / sdmx.DATA).find(".//Series")
    observation = ElementTree.parse(dist / sdmx.DATA).find(".//Obs")
    concepts = {one.get("id") for one in tree.iterfind(".//str:Concept", spaces)}
    assert concepts == {*series.attrib, *observation.attrib}
    for name in lists:
        assert series.get(name.removeprefix("CL_")) in lists[name]


def test_a_text_that_looks_like_a_formula_is_a_text_and_a_day_unknown_is_not_said(
    database: Path, tmp_path: Path
) -> None:
    sql = "update marts.dim_release set title = '=1+1', released_on = null"
    export_marts.export(copy_with(database, tmp_path, sql), tmp_path / "data")
    sheets = sheets_of(tmp_path / "data")
    column = [cell.value for cell in sheets["dim_release"][1]].index("title")
    assert (sheets["dim_release"][2][column].data_type) == "s"
    notes = {name: words for name, words, *_ in sheets["notes"].values}
    assert notes["release"].startswith("2024-02; SHA-256 ")
    croissant = json.loads((tmp_path / "data" / "croissant.json").read_text(encoding="utf-8"))
    assert "datePublished" not in croissant


def test_of_several_releases_what_they_changed_is_written(
    three_releases: Outcome, tmp_path: Path
) -> None:
    package = export_marts.export(three_releases.database, tmp_path / "data")
    rows = {resource["name"]: resource["rows"] for resource in package["resources"]}
    assert rows["mart_release_changes"] > 0
    assert rows["mart_release_summary"] == 3
    sheets = sheets_of(tmp_path / "data")
    assert sheets["mart_release_summary"].max_row == sheets["dim_release"].max_row == 4
    assert "mart_release_changes" not in sheets


# --------------------------------------------------------------------------- the folder


GONE = """
create table marts.mart_gone (a integer primary key);
comment on table marts.mart_gone is 'A mart of another day.';
comment on column marts.mart_gone.a is 'Its key.';
"""


def test_an_export_takes_the_place_of_an_earlier_one(
    database: Path, dist: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "dist" / "data"
    export_marts.export(copy_with(database, tmp_path, GONE), folder)
    assert (folder / "mart_gone.csv").exists()
    (folder / ".DS_Store").write_text("written by the Finder")
    status, out, err = run(capsys, database, folder)
    assert (status, err) == (0, "")
    assert out.startswith(f"{folder}: ")
    assert out.endswith(" rows, release 2024-02\n")
    assert contents(folder) == contents(dist)
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
    name: str, words: str, database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "datapackage.json").write_text(OURS)
    (folder / name).write_text(words)
    before = contents(folder)
    reason = "holds what this did not write; name another folder"
    assert run(capsys, database, folder) == (1, "", f"{folder}: {reason}\n")
    assert contents(folder) == before
    assert [*tmp_path.iterdir()] == [folder]


def test_a_folder_with_the_name_of_a_file_of_ours_is_left_alone(
    database: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    export_marts.export(database, folder)
    (folder / "dim_month.csv").unlink()
    (folder / "dim_month.csv").mkdir()
    (folder / "dim_month.csv" / "thesis").write_text("mine")
    with pytest.raises(ProjectError, match="holds what this did not write"):
        export_marts.export(database, folder)
    assert (folder / "dim_month.csv" / "thesis").read_text() == "mine"


@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_is_followed_to_its_folder(
    is_there: bool, database: Path, dist: Path, tmp_path: Path
) -> None:
    folder, link = tmp_path / "elsewhere", tmp_path / "data"
    if is_there:
        folder.mkdir()
    link.symlink_to(folder)
    for _ in range(2):
        export_marts.export(database, link)
        assert link.is_symlink()
        assert contents(folder) == contents(dist)
        assert {*tmp_path.iterdir()} == {folder, link}


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """A folder with an earlier export."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "datapackage.json").write_text(OURS)
    return folder


def check_untouched(earlier: Path) -> None:
    assert contents(earlier) == {"datapackage.json": OURS.encode()}
    assert not list(earlier.parent.glob(".*"))


@pytest.fixture
def handlers() -> Iterator[None]:
    """The signals' handlers, put back."""
    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
def test_being_told_to_end_leaves_nothing(
    database: Path, earlier: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """In the middle of a query that would take minutes."""

    def endless(connection: duckdb.DuckDBPyConnection, mart: object, folder: Path) -> None:
        (folder / "half.csv").write_text("half")
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM)).start()
        connection.execute("select count(*) from range(300000) a, range(300000) b")

    monkeypatch.setattr(tables, "write_mart", endless)
    assert run(capsys, database, earlier) == (project.INTERRUPTED, "", "stopped\n")
    check_untouched(earlier)


@pytest.mark.parametrize("at", [0, 1])
@pytest.mark.parametrize("is_done", [True, False])
def test_what_fails_between_the_moves_brings_the_earlier_export_back(
    at: int, is_done: bool, database: Path, dist: Path, earlier: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Of the two moves, one fails, or is done when Ctrl-C comes."""
    moves: list[Path] = []
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        moves.append(target)
        fails = len(moves) == at + 1
        if is_done or not fails:
            rename(self, target)
        if fails:
            raise KeyboardInterrupt if is_done else OSError(5, "Input/output error")
        return target

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(KeyboardInterrupt if is_done else OSError):
        export_marts.export(database, earlier)
    if is_done and at == 1:
        assert contents(earlier) == contents(dist)
    else:
        check_untouched(earlier)
    assert not list(earlier.parent.glob(".*"))


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("comment on column marts.dim_month.year is null", "marts.dim_month.year: has no descr"),
        ("comment on table marts.dim_month is null", "marts.dim_month: has no description"),
        (
            f"create table marts.{'a' * 32} (a int primary key)",
            "has a longer name than a sheet may have, 31 characters",
        ),
        ("create table marts.keyless as select 1 as a", "marts.keyless: has no primary key"),
        ("create table marts.odd (a integer[])", "marts.odd.a: the type INTEGER[] has no"),
        ("create table marts.odd (a timestamp)", "marts.odd.a: the type TIMESTAMP has no"),
        ('create table marts."../evil" (a int)', "marts.../evil: is no plain name"),
        ('create table marts.odd ("a/b" int)', "marts.odd.a/b: is no plain name"),
        ('create table marts.odd ("a\x1b[31m" int)', r"marts.odd.a\x1b[31m: is no plain name"),
        (
            "delete from marts.dim_component where component = 'services'",
            'marts.dim_series.component: "services" is not in marts.dim_component.component',
        ),
        ("update marts.dim_release set is_latest = false", "marts.dim_release: no release is"),
        ("drop table marts.dim_release", "dim_release"),
        ("drop schema marts cascade", "has no table in the schema marts"),
    ],
)
def test_a_fault_is_named_and_nothing_is_written(
    database: Path, tmp_path: Path, earlier: Path, sql: str, fault: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    status, out, err = run(capsys, copy_with(database, tmp_path, sql), earlier)
    assert (status, out) == (1, "")
    assert fault in err
    check_untouched(earlier)


def test_a_view_beside_the_marts_is_none(database: Path, dist: Path, tmp_path: Path) -> None:
    changed = copy_with(database, tmp_path, 'create view marts."../v" as select 1 as a')
    export_marts.export(changed, tmp_path / "data")
    assert contents(tmp_path / "data") == contents(dist)


def test_a_missing_database_or_a_file_in_the_way_is_named(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    status, _, err = run(capsys, tmp_path / "none.duckdb", folder)
    assert (status, err) == (
        1, f"{tmp_path / 'none.duckdb'}: there is no such database; build it with make\n"
    )  # fmt: skip
    (tmp_path / "text.duckdb").write_text("not a database, but a text")
    status, _, err = run(capsys, tmp_path / "text.duckdb", folder)
    assert (status, "text.duckdb: cannot be opened" in err) == (1, True)
    folder.write_text("mine")
    status, _, err = run(capsys, database, folder)
    assert (status, err) == (1, f"{folder}: is not a folder; move it away\n")
    assert folder.read_text() == "mine"


# --------------------------------------------------------------------------- the network


def test_no_extension_is_downloaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """DuckDB would fetch one, to open a file of SQLite's; its library does, unseen by Python."""
    with sqlite3.connect(tmp_path / "lite.duckdb") as connection:
        connection.execute("create table a (b)")
    status, _, err = run(capsys, tmp_path / "lite.duckdb", tmp_path / "data")
    assert status == 1
    assert "lite.duckdb: cannot be opened" in err
    assert "Failed to download" not in err
    with project.open_database(copy_with_nothing(tmp_path)) as connection:
        settings = connection.execute(
            "select name, value from duckdb_settings() where name like 'auto%extensions'"
        ).fetchall()
    assert {name: value for name, value in settings} == {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }


def copy_with_nothing(folder: Path) -> Path:
    duckdb.connect(str(folder / "empty.duckdb")).close()
    return folder / "empty.duckdb"


SEEN: list[str] | None = None


def hook(event: str, _: object) -> None:
    """What Python tells of sockets, and of what is asked for on the network."""
    if SEEN is not None and event.startswith(("socket.", "urllib.", "http.client.")):
        SEEN.append(event)


sys.addaudithook(hook)


def test_nothing_here_opens_a_socket(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(sys.modules[__name__], "SEEN", seen)
    export_marts.export(database, tmp_path / "data")
    render_cookbook.render(ROOT / "analyses", database)
    assert seen == []
    socket.socket().close()
    assert seen == ["socket.__new__"]
