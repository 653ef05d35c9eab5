"""The cells of a workbook (.xlsx), read with openpyxl.

Source: ``exhibit_history.xlsx`` and ``exh1.xlsx``, in which the Census Bureau publishes the tables.
Nothing is judged here but what only such a file can get wrong: the zip file, the XML, a formula
without a value.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
from defusedxml import DefusedXmlException  # openpyxl refuses entities with it, if it is there
from defusedxml.ElementTree import iterparse
from openpyxl.utils.cell import coordinate_to_tuple

from .faults import Fault, Refused
from .workbook import (
    FORMULA,
    MOST_CELLS,
    MOST_ROWS,
    OLE_FILE,
    OUT_OF_ORDER,
    PASSWORD,
    Cells,
    Sheet,
    Unreadable,
    beginning,
    cell_name,
    chosen_sheet,
    in_short,
    place,
    sheet_name,
    too_large,
)  # fmt: skip

MOST_BYTES_UNPACKED = 5_000_000  # the published workbooks are of 0.3 MB, 1 MB when unpacked
TAG = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read_sheet(path: str, data: bytes) -> Sheet:
    """The one sheet of the workbook ``data`` that has a cell with the release's title.

    ``path`` is what the workbook is called in messages.  Raises Refused.
    """
    try:
        parts = check_container(data)
        # openpyxl has no one error for a damaged workbook: whatever stops it, the file is not read.
        try:
            with warnings.catch_warnings(action="ignore"):
                return titled_sheet(path, data)
        except (Unreadable, Refused):
            raise
        except Exception as error:
            cause = error.__cause__ or error
            if isinstance(cause, DefusedXmlException):
                raise Unreadable("is no workbook (.xlsx): its XML declares entities") from error
            what = f"{in_short(cause)} ({type(cause).__name__})"
            if any(name.startswith("xl/chartsheets/") for name in parts):
                what += "; if a program opens it, delete its chart sheets there"
            raise Unreadable(f"is damaged, or no workbook: {what}") from error
    except Unreadable as error:
        raise Refused([Fault(path, 0, str(error), error.place)]) from error


def check_container(data: bytes) -> list[str]:
    """The names of the parts of ``data``; raises Unreadable unless it is a sound zip file of a
    bearable size, with a workbook."""
    if not data:
        raise Unreadable("is empty")
    if data.startswith(OLE_FILE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Unreadable(PASSWORD)
        raise Unreadable("is an old workbook (.xls) by its content; name it so")
    if not data.startswith(b"PK"):
        raise Unreadable(f"is no workbook (.xlsx): it begins with {beginning(data)}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_parts(archive)
            return archive.namelist()
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(f"is damaged: {in_short(error)}") from error


def check_parts(archive: zipfile.ZipFile) -> None:
    """Unpack every part once, so that each is known to be whole, before any is understood."""
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)  # zipfile unpacks no more than it says here
    if unpacked > MOST_BYTES_UNPACKED:
        most = f"a release has less than {MOST_BYTES_UNPACKED:,}"
        raise Unreadable(f"has {unpacked:,} bytes when unpacked; {most}")
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable(PASSWORD)
    if "[Content_Types].xml" not in archive.namelist():
        raise Unreadable("is a zip file, but no workbook (.xlsx)")
    for part in parts:
        archive.read(part)


def titled_sheet(path: str, data: bytes) -> Sheet:
    """The sheet with the title, its formulas replaced by their values."""
    book = openpyxl.load_workbook(
        io.BytesIO(data), read_only=True, data_only=True, keep_links=False
    )
    sheets: dict[str, Any] = {sheet.title: sheet for sheet in book.worksheets}
    cells_of = {name: filled_cells(sheet) for name, sheet in sheets.items()}
    return chosen_sheet(path, cells_of, lambda name: odd_cells(path, sheets[name], cells_of[name]))


def filled_cells(sheet: Any) -> Cells:
    """The words of a sheet's cells; raises Unreadable where the sheet is too large."""
    sheet.reset_dimensions()  # what a sheet says of its own size may be wrong
    words: dict[tuple[int, int], str] = {}
    seen = 0
    for row, cells in enumerate(sheet.iter_rows(), 1):
        seen += len(cells)
        if row > MOST_ROWS or seen > MOST_CELLS:
            raise too_large(sheet.title)
        for cell in cells:
            if cell.value is not None:
                place(words, sheet.title, row, cell.column, cell.value)
    return words


def odd_cells(path: str, sheet: Any, cells: Cells) -> Iterator[Fault]:
    """The faults that openpyxl passes over, found in the sheet's XML: formulas without a value,
    rows out of order, a cell that stands twice, a value that is not one."""
    name = sheet.title
    row = 0
    with sheet._get_source() as source:
        for _, element in iterparse(source):
            if element.tag != f"{TAG}row":
                continue
            before, row = row, int(element.get("r", row + 1))
            if row <= before:
                yield Fault(path, row, "is damaged: its rows are out of order", sheet_name(name))
                return
            column = 0
            for cell in element.iterfind(f"{TAG}c"):
                before, at = column, cell.get("r")
                in_row, column = coordinate_to_tuple(at) if at else (row, column + 1)
                at_cell = cell_name(name, row, column)
                values = cell.findall(f"{TAG}v")
                if (in_row, column > before) != (row, True):
                    yield Fault(path, row, OUT_OF_ORDER, at_cell)
                if len(values) > 1 or any(len(value) for value in values):
                    yield Fault(path, row, "is damaged: it holds more than one value", at_cell)
                if cell.find(f"{TAG}f") is not None and (row, column) not in cells:
                    yield Fault(path, row, FORMULA, at_cell)
            element.clear()
