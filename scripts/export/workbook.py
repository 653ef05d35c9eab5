"""us_trade.xlsx: notes, and a sheet for each mart that people read (``Mart.is_a_sheet``)."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from export.dataset import DESCRIPTION, LICENCE, PUBLISHER, TITLE, latest_release
from export.marts import Column, Mart

FILE = "us_trade.xlsx"
MOST_DECIMALS = 3  # that a cell shows; it holds them all
NARROWEST = 14
NOTES_WIDTHS = (32, 44, 24, 110)
BOLD = Font(name="Calibri", size=11, bold=True)  # the workbook's own font


def write_workbook(connection: duckdb.DuckDBPyConnection, marts: list[Mart], folder: Path) -> None:
    workbook = Workbook(write_only=True)
    # The numbers first, then what describes them.
    marts = sorted(marts, key=lambda mart: (mart.name.startswith("dim_"), mart.name))
    sheets = [mart for mart in marts if mart.is_a_sheet]
    add_notes(workbook, connection, marts)
    for mart in sheets:
        add_sheet(workbook, connection, mart)
    written = io.BytesIO()
    workbook.save(written)
    (folder / FILE).write_bytes(undated(written, latest_release(connection).day))


def undated(workbook: io.BytesIO, day: date) -> bytes:
    """The workbook with this day for that of its writing, which would change its bytes."""
    again = io.BytesIO()
    with zipfile.ZipFile(workbook) as parts, zipfile.ZipFile(again, "w") as archive:
        for name in parts.namelist():
            data = parts.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb'(?<=W3CDTF">)[^<]+', f"{day}T00:00:00Z".encode(), data)
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return again.getvalue()


def add_sheet(workbook: Any, connection: duckdb.DuckDBPyConnection, mart: Mart) -> None:
    widths = [max(NARROWEST, len(column.name) + 4) for column in mart.columns]
    sheet = new_sheet(workbook, mart.name, widths)
    sheet.freeze_panes = "A2"
    sheet.append(bold(sheet, [column.name for column in mart.columns]))
    # A cell is written as soon as it is appended, so that one of each column is enough.
    cells = [WriteOnlyCell(sheet) for _ in mart.columns]
    for cell, column in zip(cells, mart.columns, strict=True):
        cell.number_format = number_format(column)
    rows = connection.execute(mart.rows).fetchall()
    for row in rows:
        for cell, value in zip(cells, row, strict=True):
            set_value(cell, value)
        sheet.append(cells)
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(cells))}{len(rows) + 1}"


def number_format(column: Column) -> str:
    """How the cells of a column are shown, each number with its unit."""
    _, sign = column.unit
    if column.kind == "date":
        return "yyyy-mm-dd"
    if not sign:
        return "General"
    scale = re.search(r",(\d+)\)$", column.data_type)
    has_decimals = column.kind == "number"
    decimals = min(int(scale[1]), MOST_DECIMALS) if scale else MOST_DECIMALS * has_decimals
    return f'#,##0{"." * bool(decimals)}{"0" * decimals} "{sign}"'


def set_value(cell: Any, value: object) -> None:
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"  # and no formula, whatever the text begins with


def bold(sheet: Any, words: Iterable[str]) -> list[Any]:
    cells = [WriteOnlyCell(sheet, value=word) for word in words]
    for cell in cells:
        cell.font = BOLD
    return cells


def new_sheet(workbook: Any, name: str, widths: Iterable[int]) -> Any:
    """A sheet whose columns have these widths, and whose page is as wide as all of them."""
    sheet = workbook.create_sheet(name)
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    return sheet


# --------------------------------------------------------------------------- the notes


def add_notes(workbook: Any, connection: duckdb.DuckDBPyConnection, marts: list[Mart]) -> None:
    sheet = new_sheet(workbook, "notes", NOTES_WIDTHS)
    for name, words in about(connection, marts):
        sheet.append([*bold(sheet, [name]), *wrapped(sheet, [words])])
    sheet.append([])
    sheet.append(bold(sheet, ["table", "column", "unit", "description"]))
    for mart in marts:
        if mart.is_a_sheet:
            sheet.append(wrapped(sheet, [mart.name, "", "", mart.description]))
            for column in mart.columns:
                unit, _ = column.unit
                sheet.append(wrapped(sheet, [mart.name, column.name, unit, column.description]))


def about(connection: duckdb.DuckDBPyConnection, marts: list[Mart]) -> Iterator[tuple[str, str]]:
    """What is to be known before a number is used: a word and a sentence each."""
    release = latest_release(connection)
    described = {(mart.name, column.name): column.description
                 for mart in marts for column in mart.columns}  # fmt: skip
    yield "title", TITLE
    yield "contents", DESCRIPTION
    yield "source", f"{release.title}; {PUBLISHER}"
    published = f", published on {release.released_on}" if release.released_on else ""
    yield "release", f"{release.id}{published}; SHA-256 {release.sha256}"
    yield "units", release.units_note
    yield "may be added up", described["dim_component", "component"]
    yield "a balance", described["fct_monthly_trade", "balance_musd"]
    yield "licence", LICENCE["title"]
    others = [mart.name for mart in marts if not mart.is_a_sheet]
    yield (
        "not here",
        (
            f"{', '.join(others)}: a row for each line, number or statement of each release;"
            " they are in the files beside this one, as CSV and Parquet"
        ),
    )


def wrapped(sheet: Any, words: Iterable[str]) -> list[Any]:
    cells = []
    for word in words:
        cell = WriteOnlyCell(sheet)
        set_value(cell, word or None)
        cell.alignment = Alignment(vertical="top")
        cells.append(cell)
    cells[-1].alignment = Alignment(vertical="top", wrap_text=len(cells) > 1)
    return cells
