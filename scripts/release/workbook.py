"""A workbook's sheet as the lines of a text release, for the one parser that reads both.

Source: ``exhibit_history.xlsx``, in which the Census Bureau publishes the table.  It is read with
openpyxl, cell by cell; a cell holds words, or a number of millions of US dollars.  Nothing is
judged here but what only a workbook can get wrong: the file, the choice of the sheet, a formula
without a value.  What the cells say is for the parser to judge.

    read_sheet  the bytes of a file  ->  Sheet: one line a row, one field a column, as they stand
    page        the lines of a sheet ->  the same in the layout of a text release

A sheet is read whole, hidden rows and sheets included; its protection against changes, merged
cells, formats, comments, pictures and links to other files do not matter.

Errors: Unreadable, with each fault's row and cell and the reason.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping

import openpyxl
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

# The published workbooks are of 0.3 MB, 1 MB when unpacked, with 110,000 cells in 441 rows.
MOST_BYTES = 20_000_000
MOST_BYTES_UNPACKED = 40_000_000
MOST_CELLS = 2_000_000
MOST_COLUMNS = 100
MOST_ROWS = 10_000

CONTROL = re.compile("[\\0-\\x1f\\x7f-\\x9f\\ud800-\\udfff]")
NUMBER = re.compile(r"[-\u2212\u2013]?(0|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]*)")
PLAIN_NAME = re.compile(r"[^\W\d]\w*")
OLE_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FORMULA = "holds a formula without a value; open the workbook in a spreadsheet program and save it"


class Unreadable(Exception):
    """A workbook that cannot be read; ``faults`` are (row or 0, cell or sheet or "", reason)."""

    def __init__(self, faults: Iterable[tuple[int, str, str]]) -> None:
        self.faults = list(faults)
        super().__init__("; ".join(": ".join(filter(None, fault[1:])) for fault in self.faults))


def refuse(reason: str, sheet: str = "") -> Unreadable:
    """The error that the file, or one sheet of it, cannot be read for one reason."""
    return Unreadable([(0, sheet, reason)])


class Sheet:
    """The lines of a sheet: one a row, tab-separated, a field for every column in use."""

    def __init__(self, path: str, name: str, cells: Mapping[tuple[int, int], str]) -> None:
        """``cells`` are the words in (row, column), both counted from 1; the rest is blank."""
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
    visible = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name)
    return visible if PLAIN_NAME.fullmatch(visible) else "'{}'".format(visible.replace("'", "''"))


def cell_name(sheet: str, row: int, column: int) -> str:
    return f"{sheet_name(sheet)}!{get_column_letter(column)}{row}"


# --------------------------------------------------------------------------- reading


def read_sheet(path: str, data: bytes, title: re.Pattern[str]) -> Sheet:
    """The one sheet of the workbook ``data`` that has a cell with the ``title``.

    ``path`` is what the workbook is called in messages.  Raises Unreadable.
    """
    check_container(data)
    # openpyxl has no one error for a damaged workbook: whatever stops it, the file is not read.
    try:
        with warnings.catch_warnings(action="ignore"):
            return chosen_sheet(path, data, title)
    except Unreadable:
        raise
    except Exception as error:
        what = " ".join(str(error).split())[:80] or "no reason given"
        raise refuse(f"is damaged, or no workbook: {what} ({type(error).__name__})") from error


def check_container(data: bytes) -> None:
    """Raise Unreadable unless ``data`` is a sound zip file of a bearable size, with a workbook."""
    if not data:
        raise refuse("is empty")
    if len(data) > MOST_BYTES:
        raise refuse(f"has {len(data):,} bytes; a workbook of this table has less than a million")
    if data.startswith(OLE_FILE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise refuse("is protected by a password; save it without one")
        raise refuse("is an old workbook (.xls) by its content; save it as .xlsx")
    if not data.startswith(b"PK"):
        begins = ascii(data[:20].decode("latin-1"))[1:-1]
        raise refuse(f'is no workbook (.xlsx): it begins with "{begins}"')
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_parts(archive)
    except Unreadable:
        raise
    except Exception as error:
        what = " ".join(str(error).split())[:80] or type(error).__name__
        raise refuse(f"is damaged: {what}") from error


def check_parts(archive: zipfile.ZipFile) -> None:
    """Unpack every part once, so that each is known to be whole, before any is understood."""
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)  # zipfile unpacks no more than it says here
    if unpacked > MOST_BYTES_UNPACKED:
        reason = f"has {unpacked:,} bytes when unpacked; a workbook of this table has a million"
        raise refuse(reason)
    if any(part.flag_bits & 1 for part in parts):
        raise refuse("is protected by a password; save it without one")
    if "[Content_Types].xml" not in archive.namelist():
        raise refuse("is a zip file, but no workbook (.xlsx)")
    for part in parts:
        if b"<!DOCTYPE" in archive.read(part):  # no workbook has one; entities grow without bound
            raise refuse(f"is no workbook (.xlsx): {part.filename} declares a document type")


def chosen_sheet(path: str, data: bytes, title: re.Pattern[str]) -> Sheet:
    """The sheet with the title, its formulas replaced by their values; raises Unreadable."""
    values = load(data, data_only=True)
    found, others = {}, []
    for sheet in values.worksheets:
        cells = {
            (cell.row, cell.column): words
            for cell in filled_cells(sheet)
            if (words := field(cell.value, cell.column))
        }
        if any(title.match(words) for words in cells.values()):
            found[sheet.title] = cells
        else:
            others.append((sheet.title, cells))
    if not found:
        raise Unreadable(without_title(name, cells) for name, cells in others or [("", {})])
    if len(found) > 1:
        names = ", ".join(map(sheet_name, found))
        raise refuse(f"the sheets {names} all have the title of the release; keep one of them")
    [(name, cells)] = found.items()
    check_cells(name, cells, load(data, data_only=False))
    return Sheet(path, name, cells)


def load(data: bytes, *, data_only: bool) -> openpyxl.Workbook:
    return openpyxl.load_workbook(
        io.BytesIO(data), read_only=True, data_only=data_only, keep_links=False
    )


def filled_cells(sheet: Worksheet) -> Iterator[Cell]:
    """The cells of a sheet that are not blank; raises Unreadable where it is too large."""
    sheet.reset_dimensions()  # what a sheet says of its own size may be wrong
    seen = 0
    for row, cells in enumerate(sheet.iter_rows(), 1):
        seen += len(cells) + 1
        if seen > MOST_CELLS:
            reason = f"more than {MOST_CELLS:,} cells are in use; delete what is not the table"
            raise refuse(reason, sheet_name(sheet.title))
        for cell in cells:
            if cell.value is None:
                continue
            if cell.row != row:
                raise refuse("is damaged: its rows are out of order", sheet_name(sheet.title))
            if row > MOST_ROWS or cell.column > MOST_COLUMNS:
                place = cell_name(sheet.title, row, cell.column)
                reason = f"is not blank; the table ends before row {MOST_ROWS:,} and column CV"
                raise Unreadable([(row, place, reason)])
            yield cell


def field(value: object, column: int) -> str:
    """A cell's value as a text release prints it: no blanks around it, 1,234 but the year 1992."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        return str(value) if column == 1 else f"{value:,}"
    words = settled(str(value))
    if column > 1 and NUMBER.fullmatch(words):
        plain = words.replace("\u2212", "-").replace("\u2013", "-").replace(",", "")
        return f"{int(plain):,}" if len(plain) < 20 else words
    return words


def settled(words: str) -> str:
    """Words without the blanks and quotes around them, and with single blanks within."""
    words = " ".join(words.split())
    while len(words) > 1 and words[0] == words[-1] == '"':
        words = words[1:-1].strip()
    return words


def without_title(name: str, cells: Mapping[tuple[int, int], str]) -> tuple[int, str, str]:
    """The fault of a sheet that has no title: the first cell that is not blank."""
    title = '"U.S. International Trade in Goods and Services, ..."'
    if not cells:
        place = sheet_name(name) if name else ""
        return 0, place, f"is blank; no sheet has the title {title}"
    row, column = min(cells)
    words = cells[row, column]
    words = words if len(words) <= 60 else f"{words[:57]}..."
    reason = f'reads "{words}"; no cell of the sheet has the title {title}'
    return row, cell_name(name, row, column), reason


def check_cells(
    name: str, cells: Mapping[tuple[int, int], str], formulas: openpyxl.Workbook
) -> None:
    """Raise Unreadable for every formula without a value, and for words that are no text."""
    faults = [
        (row, cell_name(name, row, column), f"holds the control character 0x{ord(odd[0]):02x}")
        for (row, column), words in cells.items()
        if (odd := CONTROL.search(words))
    ]
    [sheet] = [sheet for sheet in formulas.worksheets if sheet.title == name]
    faults += [
        (cell.row, cell_name(name, cell.row, cell.column), FORMULA)
        for cell in filled_cells(sheet)
        if cell.data_type == "f" and (cell.row, cell.column) not in cells
    ]
    if faults:
        raise Unreadable(sorted(faults, key=lambda fault: fault[0]))


# --------------------------------------------------------------------------- the page


def page(
    lines: list[str], kinds: Mapping[int, str], header_row: int, columns: Mapping[str, int]
) -> tuple[list[str], int]:
    """The lines of a sheet in the layout of a text release: one page, no breaks.

    ``kinds`` says what each row is that carries no numbers (blank, title, year, header ...), by
    its number; the table's header ends in ``header_row``, and ``columns`` says which field each
    series stands in, such as {"balance_total": 1}.

    Title and notes get the text's blank lines between them, and each flow stands over the first
    of its columns.  From there on every row is a line.  Returns the lines, and by how much the
    number of a line is larger than that of its row.
    """
    fields = [line.split("\t") for line in lines]
    above = [
        fields[row - 1][0]
        for row in range(1, header_row)
        if kinds.get(row) not in ("blank", "header")
    ]
    flows = ["Period"] + [""] * (len(fields[header_row - 1]) - 1)
    starts: dict[str, int] = {}
    for series, at in columns.items():
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
