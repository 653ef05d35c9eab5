"""A workbook's sheet as the lines of a text release, for the one parser that reads both.

A cell holds words, or a number of millions of US dollars; how a file is opened, and what its kind
can get wrong, is in xlsx.py and xls.py.  What the cells say is for the parser to judge.

    read_sheet  the bytes of a file  ->  Sheet: one line a row, one field a column, as they stand
    page        the lines of a sheet ->  the same in the layout of a text release

A sheet is read whole, hidden rows and sheets included; its protection against changes, merged
cells, formats, comments, pictures and links to other files do not matter.

Errors: Refused, with each fault's cell or sheet; within the modules of workbooks, Unreadable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from openpyxl.utils import get_column_letter

from project import quoted, visible

from .faults import Fault, Faults
from .parser import Draft
from .tables import TABLES, TITLE, other_table
from .text import DIGITS, clean

# The published workbooks have 110,000 cells in 441 rows.
MOST_CELLS = 1_000_000
MOST_COLUMNS = 100
LAST_COLUMN = get_column_letter(MOST_COLUMNS)
MOST_ROWS = 10_000

CONTROL = re.compile("[\\0-\\x1f\\x7f-\\x9f\\ud800-\\udfff]")
NUMBER = re.compile(rf"[-\u2212]?(?:{DIGITS})")
PLAIN_NAME = re.compile(r"[^\W\d]\w*")
OLE_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FORMULA = "holds a formula without a value; open the workbook in a spreadsheet program and save it"
PASSWORD = "is protected by a password; save it without one"
OUT_OF_ORDER = "is damaged: its cells are out of order"

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


class Unreadable(Exception):
    """Why the workbook as a whole, or one sheet of it, cannot be read."""

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(reason)
        self.place = place


def in_short(reason: object) -> str:
    return visible(" ".join(str(reason).split())[:80]) or "no reason given"


def beginning(data: bytes) -> str:
    return f'"{ascii(data[:20].decode("latin-1"))[1:-1]}"'


def place(cells: dict[tuple[int, int], str], sheet: str, row: int, column: int,
          value: object) -> None:  # fmt: skip
    """Enter the words of a cell that may be blank; raises Unreadable beyond the last column."""
    if column > MOST_COLUMNS:
        reason = f"is not blank; the table ends before column {LAST_COLUMN}"
        raise Unreadable(reason, cell_name(sheet, row, column))
    if words := field(value, column):
        cells[row, column] = words


def too_large(sheet: str) -> Unreadable:
    most = f"{MOST_ROWS:,} rows or {MOST_CELLS:,} cells"
    reason = f"more than {most} are in use; delete what is not the table"
    return Unreadable(reason, sheet_name(sheet))


def chosen_sheet(path: str, cells_of: Mapping[str, Cells],
                 odd_cells: Callable[[str], Iterator[Fault]]) -> Sheet:  # fmt: skip
    """The one sheet with a title.  ``odd_cells`` are the faults that a kind of file can have in
    the sheet of that name; raises Refused with them, or Unreadable."""
    found = [name for name, cells in cells_of.items() if has_title(cells)]
    if len(found) > 1:
        names = ", ".join(map(sheet_name, found))
        raise Unreadable(f"the sheets {names} all have the title of the release; keep one of them")
    if not cells_of:
        raise Unreadable("has no sheet with cells")
    faults = Faults()
    for name in found or cells_of:
        for (row, column), words in cells_of[name].items():
            if odd := CONTROL.search(words):
                reason = f"holds the control character 0x{ord(odd[0]):02x}"
                faults.add(Fault(path, row, reason, cell_name(name, row, column)))
        for fault in odd_cells(name):
            faults.add(fault)
    if not found and not faults.count:
        for name, cells in cells_of.items():
            faults.add(without_title(path, name, cells))
    if faults.count:
        raise faults.refused()
    [name] = found
    return Sheet(path, name, cells_of[name])


def has_title(cells: Cells) -> bool:
    return any(table.title.match(words) for words in cells.values() for table in TABLES)


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
    """The fault of a sheet that has no title: the title of another table, or the first cell that
    is not blank."""
    for (row, column), words in sorted(cells.items()):
        if reason := other_table(words):
            return Fault(path, row, reason, cell_name(name, row, column))
    title = f'"{TITLE}"'
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
