"""A workbook's sheet as the lines of a text release, for the one parser that reads both.

Source: ``exhibit_history.xlsx``, in which the Census Bureau publishes the table.  It is read with
openpyxl, cell by cell; a cell holds words, or a number of millions of US dollars.  Nothing is
judged here but what only a workbook can get wrong: the file, the choice of the sheet, a formula
without a value.  What the cells say is for the parser to judge.

    read_sheet  the bytes of a file  ->  Sheet: one line a row, one field a column, as they stand
    page        the lines of a sheet ->  the same in the layout of a text release

A sheet is read whole, hidden rows and sheets included; its protection against changes, merged
cells, formats, comments, pictures and links to other files do not matter.

Errors: Refused, with each fault's cell or sheet.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import openpyxl
from defusedxml import DefusedXmlException  # openpyxl refuses entities with it, if it is there
from defusedxml.ElementTree import iterparse
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple

from project import quoted, visible

from .faults import Fault, Faults, Refused
from .parser import Draft
from .tables import TABLES
from .text import DIGITS, clean

# The published workbooks are of 0.3 MB, 1 MB when unpacked, with 110,000 cells in 441 rows.
MOST_BYTES_UNPACKED = 5_000_000
MOST_CELLS = 1_000_000
MOST_COLUMNS = 100
LAST_COLUMN = get_column_letter(MOST_COLUMNS)
MOST_ROWS = 10_000

CONTROL = re.compile("[\\0-\\x1f\\x7f-\\x9f\\ud800-\\udfff]")
NUMBER = re.compile(rf"[-\u2212]?(?:{DIGITS})")
PLAIN_NAME = re.compile(r"[^\W\d]\w*")
OLE_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FORMULA = "holds a formula without a value; open the workbook in a spreadsheet program and save it"
TAG = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

Cells = Mapping[tuple[int, int], str]  # the words in (row, column), both counted from 1


class Sheet:
    """The lines of a sheet: one a row, tab-separated, a field for every column in use."""

    def __init__(self, path: str, name: str, cells: Cells) -> None:
        self.path, self.name = path, name
        rows = max((row for row, _ in cells), default=0)
        width = max((column for _, column in cells), default=0)
        grid = [[""] * width for _ in range(rows)]
        for (row, column), words in cells.items():
            grid[row - 1][column - 1] = words
        self.lines = ["\t".join(fields) for fields in grid]

    def cell(self, row: int, column: int) -> str:
        """The cell's name, such as ``exhibit_history!F55``; of row 0, the sheet's."""
        return cell_name(self.name, row, column) if row else sheet_name(self.name)

    def line_name(self, row: int) -> str:
        return f"row {row}"

    def column_name(self, column: int) -> str:
        return f"column {get_column_letter(column)}"


def sheet_name(name: str) -> str:
    """A sheet's name as formulas spell it: in single quotes unless it is one plain word."""
    name = visible(name)
    return name if PLAIN_NAME.fullmatch(name) else "'{}'".format(name.replace("'", "''"))


def cell_name(sheet: str, row: int, column: int) -> str:
    return f"{sheet_name(sheet)}!{get_column_letter(column)}{row}"


# --------------------------------------------------------------------------- reading


def read_sheet(path: str, data: bytes) -> Sheet:
    """The one sheet of the workbook ``data`` that has a cell with the release's title.

    ``path`` is what the workbook is called in messages.  Raises Refused.
    """
    try:
        parts = check_container(data)
        # openpyxl has no one error for a damaged workbook: whatever stops it, the file is not read.
        try:
            with warnings.catch_warnings(action="ignore"):
                return chosen_sheet(path, data)
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


class Unreadable(Exception):
    """Why the workbook as a whole, or one sheet of it, cannot be read."""

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(reason)
        self.place = place


def in_short(error: BaseException) -> str:
    return visible(" ".join(str(error).split())[:80]) or "no reason given"


def check_container(data: bytes) -> list[str]:
    """The names of the parts of ``data``; raises Unreadable unless it is a sound zip file of a
    bearable size, with a workbook."""
    if not data:
        raise Unreadable("is empty")
    if data.startswith(OLE_FILE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Unreadable("is protected by a password; save it without one")
        raise Unreadable("is an old workbook (.xls) by its content; save it as .xlsx")
    if not data.startswith(b"PK"):
        begins = ascii(data[:20].decode("latin-1"))[1:-1]
        raise Unreadable(f'is no workbook (.xlsx): it begins with "{begins}"')
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
        raise Unreadable("is protected by a password; save it without one")
    if "[Content_Types].xml" not in archive.namelist():
        raise Unreadable("is a zip file, but no workbook (.xlsx)")
    for part in parts:
        archive.read(part)


def chosen_sheet(path: str, data: bytes) -> Sheet:
    """The sheet with the title, its formulas replaced by their values."""
    book = openpyxl.load_workbook(
        io.BytesIO(data), read_only=True, data_only=True, keep_links=False
    )
    sheets: list[Any] = book.worksheets  # which the stubs take for sheets of another kind
    cells_of = {sheet.title: filled_cells(sheet) for sheet in sheets}
    found = [sheet for sheet in sheets if has_title(cells_of[sheet.title])]
    if len(found) > 1:
        names = ", ".join(sheet_name(sheet.title) for sheet in found)
        raise Unreadable(f"the sheets {names} all have the title of the release; keep one of them")
    faults = Faults()
    for sheet in found or sheets:
        for fault in odd_cells(path, sheet, cells_of[sheet.title]):
            faults.add(fault)
    if not found and not faults.count:
        for sheet in sheets:
            faults.add(without_title(path, sheet.title, cells_of[sheet.title]))
    if not sheets:
        raise Unreadable("has no sheet with cells")
    if faults.count:
        raise faults.refused()
    [sheet] = found
    return Sheet(path, sheet.title, cells_of[sheet.title])


def filled_cells(sheet: Any) -> dict[tuple[int, int], str]:
    """The words of a sheet's cells; raises Unreadable where the sheet is too large."""
    sheet.reset_dimensions()  # what a sheet says of its own size may be wrong
    words: dict[tuple[int, int], str] = {}
    seen = 0
    for row, cells in enumerate(sheet.iter_rows(), 1):
        seen += len(cells)
        if row > MOST_ROWS or seen > MOST_CELLS:
            most = f"{MOST_ROWS:,} rows or {MOST_CELLS:,} cells"
            reason = f"more than {most} are in use; delete what is not the table"
            raise Unreadable(reason, sheet_name(sheet.title))
        for cell in cells:
            if cell.value is None:
                continue
            if cell.column > MOST_COLUMNS:
                reason = f"is not blank; the table ends before column {LAST_COLUMN}"
                raise Unreadable(reason, cell_name(sheet.title, row, cell.column))
            if found := field(cell.value, cell.column):
                words[row, cell.column] = found
    return words


def odd_cells(path: str, sheet: Any, cells: Cells) -> Iterator[Fault]:
    """The faults that openpyxl passes over, found in the sheet's XML: formulas without a value,
    rows out of order, a cell that stands twice, a value that is not one; and odd characters."""
    name = sheet.title
    for (row, column), words in cells.items():
        if odd := CONTROL.search(words):
            reason = f"holds the control character 0x{ord(odd[0]):02x}"
            yield Fault(path, row, reason, cell_name(name, row, column))
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
                place = cell_name(name, row, column)
                values = cell.findall(f"{TAG}v")
                if (in_row, column > before) != (row, True):
                    yield Fault(path, row, "is damaged: its cells are out of order", place)
                if len(values) > 1 or any(len(value) for value in values):
                    yield Fault(path, row, "is damaged: it holds more than one value", place)
                if cell.find(f"{TAG}f") is not None and (row, column) not in cells:
                    yield Fault(path, row, FORMULA, place)
            element.clear()


def field(value: object, column: int) -> str:
    """A cell's value as a text release prints it: no blanks around it, 1,234 but the year 1992."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        return str(value) if column == 1 else f"{value:,}"
    words = clean(str(value))
    if column > 1 and NUMBER.fullmatch(words):
        plain = words.replace("\u2212", "-").replace(",", "")
        return f"{int(plain):,}" if len(plain) < 20 else words
    return words


def without_title(path: str, name: str, cells: Cells) -> Fault:
    """The fault of a sheet that has no title: the first cell that is not blank."""
    title = '"U.S. International Trade in Goods and Services, ..."'
    if not cells:
        reason = f"is blank; no sheet has the title {title}"
        return Fault(path, 0, reason, sheet_name(name))
    row, column = min(cells)
    reason = f"reads {quoted(cells[row, column])}; no cell of the sheet has the title {title}"
    return Fault(path, row, reason, cell_name(name, row, column))


# --------------------------------------------------------------------------- the page


def page(lines: list[str], draft: Draft) -> tuple[list[str], int]:
    """The lines of a sheet, from which ``draft`` was read, in the layout of a text release: one
    page, no breaks.

    Title and notes get the text's blank lines between them, and each flow stands over the first
    of its columns.  From there on every row is a line.  Returns the lines, and by how much the
    number of a line is larger than that of its row.
    """
    kinds = {number: kind for number, kind, _ in draft.other_lines}
    header_row = draft.header_line
    fields = [line.split("\t") for line in lines]
    above = [
        fields[row - 1][0]
        for row in range(1, header_row)
        if kinds.get(row) not in ("blank", "header")
    ]
    flows = ["Period"] + [""] * (len(fields[header_row - 1]) - 1)
    starts: dict[str, int] = {}
    for series, at in draft.columns.items():
        flow = series.split("_")[0].capitalize()
        starts[flow] = min(at, starts.get(flow, at))
    for flow, at in starts.items():
        flows[at] = flow
    head = ["", *(line for words in above for line in ("", words)), ""]
    head += ["\t".join(flows), "\t".join(["", *fields[header_row - 1][1:]])]
    tabbed = ("year", "header", "month not printed", "annual not printed")
    body = [
        lines[row - 1] if kinds.get(row, "year") in tabbed else fields[row - 1][0]
        for row in range(header_row + 1, len(lines) + 1)
    ]
    return head + body, len(head) - header_row


def has_title(cells: Cells) -> bool:
    return any(table.title.match(words) for words in cells.values() for table in TABLES)
