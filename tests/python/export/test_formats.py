"""Whole exports, of the committed release and of situations: every format has what the marts have.

`make clients` reads the formats with the libraries that people use.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import sys
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import openpyxl
import pytest
from support.builds import Outcome, once, query

import export_marts
from export import sdmx, tables, workbook
from export.dataset import QUERIES
from marts import Marts
from project import ROOT, open_database, sha256

STRUCTURE = "{http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure}"
SEEN: list[str] = []


def hook(event: str, _: object) -> None:
    """Note what Python tells of sockets, and of what is asked for on the network."""
    if event.startswith(("socket.", "urllib.", "http.client.")):
        SEEN.append(event)


sys.addaudithook(hook)


@pytest.fixture(scope="session")
def dist(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one whole export of a test run, to read."""

    def make(folder: Path) -> None:
        export_marts.export(database, folder / "dist")

    return once(tmp_path_factory, "export", make) / "dist"


def read_json(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


@pytest.fixture
def package(dist: Path) -> dict[str, Any]:
    return read_json(dist / "datapackage.json")


def test_files_are_as_described(dist: Path, package: dict[str, Any]) -> None:
    marts = package["resources"]
    of_marts = [file for one in marts for file in (one, one["parquet"])]
    files = {one["path"]: one for one in of_marts + package["files"]}
    assert files.keys() | {"datapackage.json"} == {path.name for path in dist.iterdir()}
    for name, one in files.items():
        data = (dist / name).read_bytes()
        assert (len(data), f"sha256:{sha256(dist / name)}") == (one["bytes"], one["hash"])
        if name.endswith(".csv"):  # in which letters that are not ASCII are marked for Excel
            assert data.startswith(b"\xef\xbb\xbf") == (not data.isascii()), name
    [source] = package["sources"]
    assert source["sha256"] == sha256(ROOT / "releases" / f"{package['release_id']}.txt")
    schemas = {one["name"]: one["schema"] for one in marts}
    reference = {"resource": "dim_month", "fields": ["month_date"]}
    references = schemas["fct_monthly_trade"]["foreignKeys"]
    assert {"fields": ["month_date"], "reference": reference} in references
    # An empty text is one: a blank line of the release.
    *_, text = schemas["mart_release_text"]["fields"]
    assert (text["constraints"], text["missingValues"]) == ({"required": True}, [])
    assert schemas["mart_trade_wide"]["fields"][1]["unit"] == "millions of US dollars"
    croissant = read_json(dist / "croissant.json")
    assert croissant["temporalCoverage"] == "1992-01/2024-02"
    assert len(croissant["variableMeasured"]) == 9
    assert [one["contentUrl"] for one in croissant["distribution"]] == [
        one["path"] for one in of_marts
    ]
    columns = [[field["name"] for field in one["schema"]["fields"]] for one in marts]
    assert [[field["name"] for field in one["field"]] for one in croissant["recordSet"]] == columns


def test_the_same_bytes_come_again_and_no_socket_is_opened(
    database: Path, dist: Path, tmp_path: Path
) -> None:
    before = len(SEEN)
    export_marts.export(database, tmp_path / "again")
    assert SEEN[before:] == []
    for file in dist.iterdir():
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes(), file.name


# What the export reads is not all there, or not for every month.
@pytest.mark.parametrize(
    "name", ["a_january", "exhibits_alone", "exhibits_after_a_gap", "several_histories"]
)
def test_a_situation_is_exported(
    name: str, situation: Callable[[str], Outcome], tmp_path: Path
) -> None:
    """Without a warning: each table and column of the project is described, and has a type."""
    outcome, warnings = situation(name), list[str]()
    package = export_marts.export(outcome.database, tmp_path / "data", warnings.append)
    assert warnings == []
    [(first, last)] = outcome.query("select min(month_date), max(month_date) from marts.dim_month")
    sheets = openpyxl.load_workbook(tmp_path / "data" / "us_trade.xlsx", read_only=True)
    months = [*sheets["months"].values][3:]  # a gap has its rows
    assert len(months) == 12 * (last.year - first.year) + last.month - first.month + 1
    latest = read_json(tmp_path / "data" / "latest.json")
    assert latest["month"] == f"{last:%Y-%m}" == package["release_id"]
    assert latest["sentences"]


def test_both_files_hold_the_rows_of_the_mart_in_the_order_of_its_key(
    database: Path, dist: Path, package: dict[str, Any]
) -> None:
    """In CSV an empty text is a null, and a text that begins a formula has an apostrophe."""
    with duckdb.connect(database, read_only=True) as connection:
        for one in package["resources"]:
            mart, key = f"marts.{one['name']}", ", ".join(one["schema"]["primaryKey"])
            sql = f"select column_name, column_type from (describe {mart})"
            types = dict(connection.execute(sql).fetchall())
            texts = ", ".join(
                rf"nullif(regexp_replace({name}, '({tables.FORMULA})', '''\1'), '') as {name}"
                for name in types if types[name] == "VARCHAR"
            )  # fmt: skip
            for file, columns in (
                (f"read_csv('{dist / one['path']}', columns = {types})",
                 f"* replace ({texts})" if texts else "*"),
                (f"'{dist / one['parquet']['path']}'", "*"),
            ):  # fmt: skip
                sql = f"""
                    select count(*), count(*) filter (found is distinct from expected)
                    from {file} as found
                    positional join (select {columns} from {mart} order by {key}) as expected
                    """
                assert connection.execute(sql).fetchall() == [(one["rows"], 0)], mart


def test_a_sheet_holds_what_its_query_finds_in_words_of_people(database: Path, dist: Path) -> None:
    def plain(value: object) -> object:
        if isinstance(value, dt.datetime):
            return value.date()
        return float(value) if isinstance(value, Decimal) else value

    book = openpyxl.load_workbook(dist / "us_trade.xlsx")
    sheets = {sheet.title: [*sheet.values] for sheet in book}
    assert [*sheets] == ["notes", *(one.name for one in workbook.SHEETS)]
    with open_database(database) as connection:
        for one in workbook.SHEETS:
            rows = Marts(connection, QUERIES).ask(one.name).rows
            found = [[*map(plain, row)] for row in sheets[one.name][3:]]
            assert found == [[*map(plain, row.values())] for row in rows]
    assert sheets["months"][2][:3] == ("Month", "Exports, total", "Exports, goods")
    assert sheets["months"][3][:2] == (dt.datetime(1992, 1, 1), 50251)
    assert sheets["quarters"][-1][:4] == (2024, 1, 2, 257184 + 263014)
    cells = [book["months"]["A4"], book["months"]["B4"], book["revisions"]["C4"]]
    assert [cell.number_format for cell in cells] == ["mmm yyyy", "#,##0", "#,##0.0"]
    notes = {name: words for name, words, *_ in sheets["notes"]}
    assert "release of April 4, 2024" in notes["Source"]
    with zipfile.ZipFile(dist / "us_trade.xlsx") as parts:
        assert b"months!$A$4:$A$389" in parts.read("xl/charts/chart1.xml")
        assert b"2024-04-04T00:00:00Z" in parts.read("docProps/core.xml")


def test_the_latest_month_is_in_numbers_and_sentences(dist: Path) -> None:
    latest = read_json(dist / "latest.json")
    assert (latest["month"], latest["released_on"]) == ("2024-02", "2024-04-04")
    assert latest["headline"]["deficit"]["level"] == 68.9
    assert latest["sentences"][0] == (
        "The goods and services deficit was $68.9 billion in February 2024,"
        " up $1.3 billion (1.9 percent) from $67.6 billion in January."
    )
    balance, _, _, exports, *_ = latest["series"]
    assert len(latest["series"]) == 9
    assert (exports["value_musd"], exports["change_pct"]) == (263014, 2.3)
    assert (exports["is_record_high"], exports["highest_since"]) == (True, None)
    assert balance["lowest_since"] == "2023-04"


def test_sdmx_has_every_monthly_number_and_where_it_is_printed(database: Path, dist: Path) -> None:
    numbers = query(
        database,
        """
        unpivot (
            select component, strftime(month_date, '%Y-%m') as month, release_id, line_number,
                exports_musd as exports, imports_musd as imports, balance_musd as balance
            from marts.fct_monthly_trade
        ) on exports, imports, balance into name flow value musd
        """,
    )
    names = ["COMPONENT", "TIME_PERIOD", "RELEASE", "LINE_NUMBER", "FLOW", "OBS_VALUE"]
    in_csv = [*csv.DictReader((dist / sdmx.CSV).read_text(encoding="utf-8-sig").splitlines())]
    in_xml = [
        {**series.attrib, **one.attrib}
        for series in ElementTree.parse(dist / sdmx.DATA).iter("Series") for one in series
    ]  # fmt: skip
    for found in (in_xml, in_csv):
        rows = sorted(tuple(row[name] for name in names) for row in found)
        assert rows == sorted(tuple(map(str, row)) for row in numbers)
    assert {*in_xml[0]} == {*in_csv[0]} - {"STRUCTURE", "STRUCTURE_ID", "ACTION"} == {*sdmx.PARTS}
    lists = {
        one.get("id"): {code.get("id") for code in one.iter(f"{STRUCTURE}Code")}
        for one in ElementTree.parse(dist / sdmx.STRUCTURE).iter(f"{STRUCTURE}Codelist")
    }
    coded = [id for id, part in sdmx.PARTS.items() if "codes" in part]
    assert lists == {f"CL_{id}": {row[id] for row in in_csv} for id in coded}
