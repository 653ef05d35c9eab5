"""One whole export of the committed release: every format holds what the marts hold."""

from __future__ import annotations

import csv
import datetime as dt
import json
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
import openpyxl
import pytest
from support.builds import once, query

import export_marts
from export import sdmx, tables, workbook
from export.marts import read_marts
from project import ROOT, open_database, sha256

SCHEMES = {"str": "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure"}


@pytest.fixture(scope="session")
def dist(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one whole export of a test run, to read."""

    def make(folder: Path) -> None:
        export_marts.export(database, folder / "dist")

    return once(tmp_path_factory, "export", make) / "dist"


@pytest.fixture(scope="module")
def package(dist: Path) -> dict[str, Any]:
    return json.loads((dist / "datapackage.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def sheets(dist: Path) -> dict[str, Any]:
    return {sheet.title: sheet for sheet in openpyxl.load_workbook(dist / "us_trade.xlsx")}


def csv_rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_column_of_every_mart_is_described(database: Path, package: dict[str, Any]) -> None:
    """A mart of the project has no doubts, so that a warning says something."""
    with open_database(database) as connection:
        marts = read_marts(connection)
    described = {
        one["name"]: [(field["name"], field["description"]) for field in one["schema"]["fields"]]
        for one in package["resources"]
    }
    assert described == {
        mart.name: [(column.name, column.description) for column in mart.columns] for mart in marts
    }
    for one in package["resources"]:
        assert one["description"]
        for field in one["schema"]["fields"]:
            assert field["type"] != "any"
            assert field["description"], field["name"]
            # Where a text cannot lack, an empty one is a text: a blank line of the release.
            is_text = "constraints" in field and field["type"] == "string"
            assert field.get("missingValues") == ([] if is_text else None)


def test_files_are_as_described(dist: Path, package: dict[str, Any]) -> None:
    files = [*package["resources"], *package["files"]]
    files += [one["parquet"] for one in package["resources"]]
    assert {one["path"] for one in files} | {"datapackage.json"} == {
        path.name for path in dist.iterdir()
    }
    [source] = package["sources"]
    assert source["sha256"] == sha256(ROOT / "releases" / f"{package['release_id']}.txt")
    assert package["licenses"]
    for one in files:
        if one["path"].endswith(".csv"):  # in which letters that are not ASCII are marked for Excel
            data = (dist / one["path"]).read_bytes()
            assert data.startswith(b"\xef\xbb\xbf") == (not data.isascii()), one["path"]
        assert (dist / one["path"]).stat().st_size == one["bytes"]
        assert one["hash"] == f"sha256:{sha256(dist / one['path'])}"


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
                for name in types
                if types[name] == "VARCHAR"
            )
            for file, columns in (
                (f"read_csv('{dist / one['path']}', columns = {types})", f"* replace ({texts})"),
                (f"'{dist / one['parquet']['path']}'", "*"),
            ):
                sql = f"""
                    select count(*), count(*) filter (found is distinct from expected)
                    from {file} as found
                    positional join (
                        select {columns.replace("replace ()", "")} from {mart} order by {key}
                    ) as expected
                    """
                assert connection.execute(sql).fetchall() == [(one["rows"], 0)], mart


def test_what_a_mart_refers_to_is_what_its_model_says(package: dict[str, Any]) -> None:
    named = {
        (one["name"], key["fields"][0], key["reference"]["resource"])
        for one in package["resources"]
        for key in one["schema"].get("foreignKeys", [])
    }
    assert ("fct_monthly_trade", "month_date", "dim_month") in named
    assert ("fct_annual_trade", "component", "dim_component") in named


# --------------------------------------------------------------------------- the workbook


def test_a_sheet_holds_what_its_query_finds(database: Path, sheets: dict[str, Any]) -> None:
    def plain(value: object) -> object:
        if isinstance(value, dt.datetime):
            return value.date()
        return float(value) if isinstance(value, Decimal) else value

    assert [*sheets] == ["notes", "months", "quarters", "years", "revisions"]
    for one in workbook.SHEETS:
        _, _, header, *found = sheets[one.name].values
        rows = query(database, one.sql)
        assert [[*map(plain, row)] for row in found] == [[*map(plain, row)] for row in rows]
        assert len(set(header)) == len(header)
        assert sheets[one.name].freeze_panes == "B4"
    january = [*sheets["months"].values][3]
    assert january[:2] == (dt.datetime(1992, 1, 1), 50251)
    quarter = [*sheets["quarters"].values][-1]
    assert quarter[:4] == (2024, 1, 2, 257184 + 263014)


def test_the_workbook_is_for_people(dist: Path, sheets: dict[str, Any]) -> None:
    first, last = [[*sheets["months"]][at] for at in (3, -1)]
    assert [cell.number_format for cell in first[:2]] == ["mmm yyyy", "#,##0"]
    assert last[1].value == 263014
    assert sheets["revisions"]["C4"].number_format == "#,##0.0"
    notes = {name: words for name, words, *_ in sheets["notes"].values}
    assert "release of April 4, 2024" in notes["Source"]
    assert not [words for words in notes.values() if words and ("`" in words or "#" in words)]
    with zipfile.ZipFile(dist / "us_trade.xlsx") as parts:
        assert b"months!$A$4:$A$389" in parts.read("xl/charts/chart1.xml")
        assert b"2024-04-04T00:00:00Z" in parts.read("docProps/core.xml")


# --------------------------------------------------------------------------- the others


def test_the_latest_month_is_in_numbers_and_sentences(dist: Path) -> None:
    latest = json.loads((dist / "latest.json").read_text(encoding="utf-8"))
    assert (latest["month"], latest["released_on"]) == ("2024-02", "2024-04-04")
    assert latest["headline"]["deficit"]["level"] == 68.9
    assert latest["sentences"][0] == (
        "The goods and services deficit was $68.9 billion in February 2024,"
        " up $1.3 billion (1.9 percent) from $67.6 billion in January."
    )
    series = {one["series_id"]: one for one in latest["series"]}
    assert len(series) == 9
    exports = series["exports_total"]
    assert (exports["value_musd"], exports["change_pct"]) == (263014, 2.3)
    assert (exports["is_record_high"], exports["highest_since"]) == (True, None)
    assert series["balance_total"]["lowest_since"] == "2023-04"


def test_croissant_has_every_file_and_column(dist: Path, package: dict[str, Any]) -> None:
    croissant = json.loads((dist / "croissant.json").read_text(encoding="utf-8"))
    assert croissant["temporalCoverage"] == "1992-01/2024-02"
    assert croissant["datePublished"] == "2024-04-04"
    assert len(croissant["variableMeasured"]) == 9
    marts = [path for path in dist.glob("*.*") if path.suffix in (".csv", ".parquet")]
    assert {one["contentUrl"]: one["sha256"] for one in croissant["distribution"]} == {
        path.name: sha256(path) for path in marts if path.name != sdmx.CSV
    }
    assert [
        (record["name"], field["name"])
        for record in croissant["recordSet"]
        for field in record["field"]
    ] == [
        (one["name"], field["name"])
        for one in package["resources"]
        for field in one["schema"]["fields"]
    ]


def test_both_sdmx_files_hold_every_monthly_number_and_where_it_is_printed(
    database: Path, dist: Path
) -> None:
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
    expected = sorted(tuple(map(str, row)) for row in numbers)
    all_series = [*ElementTree.parse(dist / sdmx.DATA).iter("Series")]
    in_xml = [{**series.attrib, **one.attrib} for series in all_series for one in series]
    assert len(all_series) == 9
    in_csv = csv_rows(dist / sdmx.CSV)
    for found in (in_xml, in_csv):
        assert sorted(tuple(row[name] for name in names) for row in found) == expected
    parts = [part.id for part in sdmx.PARTS]
    assert [*in_csv[0]] == ["STRUCTURE", "STRUCTURE_ID", "ACTION", *parts]
    assert {*in_xml[0]} == {*parts}


def test_the_sdmx_structure_has_every_code_of_the_data(dist: Path) -> None:
    tree = ElementTree.parse(dist / sdmx.STRUCTURE)
    lists = {
        one.get("id"): {code.get("id") for code in one.iterfind("str:Code", SCHEMES)}
        for one in tree.iterfind(".//str:Codelist", SCHEMES)
    }
    assert lists.keys() == {f"CL_{part.id}" for part in sdmx.PARTS if part.codes}
    rows = csv_rows(dist / sdmx.CSV)
    for name, codes in lists.items():
        assert codes == {row[name.removeprefix("CL_")] for row in rows}
