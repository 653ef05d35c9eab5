"""Turn a workbook's sheet into the lines of a text release, for the one parser of both.

Source: ``exhibit_history.xlsx`` and ``exh1.xlsx``, in which the Census Bureau publishes the tables,
and the same as ``.xls``, as it did until 2020.  A cell holds words, or a number of millions of US
dollars; what the cells say is for the parser to judge.

A sheet is read whole, hidden rows and sheets included; protection against changes, merged cells,
formats, comments, pictures, charts and links to other files do not matter.
"""

from __future__ import annotations

import io
import json
import posixpath
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from functools import reduce
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring, iterparse

from project import quoted, visible

from .faults import Fault, Faults, Refused, Source, refusal
from .header import COMPONENTS, FLOWS
from .parser import Draft
from .tables import TABLES, TITLES, other_table
from .text import DIGITS, clean, letters

PROGRAM = Path(__file__).with_name("workbook_process.py")
# The published workbooks have 441 rows, and are of 0.3 MB, 1 MB when unpacked.
MOST_ROWS = 10_000
MOST_COLUMNS = 100
MOST_BYTES_UNPACKED = 5_000_000

CONTROL = re.compile("[\\0-\\x1f\\x7f-\\x9f\\ud800-\\udfff]")
NUMBER = re.compile(rf"[-\u2212]?(?:{DIGITS})")
PLAIN_NAME = re.compile(r"[^\W\d]\w*")
REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
OLE_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The first record of an old workbook, and the record of its encryption.
ENCRYPTED = re.compile(rb"\x09\x08(?:\x10\0.{16}|\x08\0.{8})(?:\x86\0\0\0)?\x2f\0(?!\0)", re.DOTALL)
PASSWORD = "is protected by a password; save it without one"
FORMULA = "holds a formula without a value; open the workbook in a spreadsheet program and save it"
TOO_MUCH = "is damaged, or has a cell far from the table: it takes too much memory or time to read"

Cells = Mapping[tuple[int, int], str]  # the words in (row, column), both counted from 1
Odd = list[tuple[int, int, str]]  # faulty cells: row, column, reason


class Sheet(Source):
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
        return cell_name(self.name, row, column)

    def line_name(self, row: int) -> str:
        return f"row {row}"

    def column_name(self, column: int) -> str:
        return f"column {letters(column)}"


def cell_name(sheet: str, row: int, column: int = 1) -> str:
    """Return what formulas call a cell, such as ``'Exhibit 1'!F55``; of row 0, the sheet."""
    name = visible(sheet)
    name = name if PLAIN_NAME.fullmatch(name) else "'{}'".format(name.replace("'", "''"))
    return f"{name}!{letters(column)}{row}" if row else name


def in_short(reason: object) -> str:
    return visible(" ".join(str(reason).split())[:80]) or "no reason given"


def beginning(data: bytes) -> str:
    return f'"{ascii(data[:20].decode("latin-1"))[1:-1]}"'


def read_sheet(path: str, data: bytes, suffix: str) -> Sheet:
    """Return the one sheet with the release's title, of a workbook (.xlsx or .xls)."""
    check_kind(path, data, suffix)
    odd: dict[str, Odd] = {}
    if suffix == ".xlsx":
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                if reason := why_not(archive):
                    raise refusal(path, reason)
                odd = {name: odd_cells(path, name, archive.open(part))
                       for name, part in sheet_parts(archive)}  # fmt: skip
        except Refused:
            raise
        except Exception as error:  # any error of the zip file or the XML
            raise refusal(path, f"is damaged, or no workbook: {in_short(error)}") from error
    return chosen_sheet(path, filled_cells(path, data), odd)


def check_kind(path: str, data: bytes, suffix: str) -> None:
    """Raise Refused for a file that is empty, of another kind, or protected by a password."""
    reason = ""
    is_old, is_zip = data.startswith(OLE_FILE), data.startswith(b"PK")
    if not data:
        reason = "is empty"
    elif is_old and ("EncryptedPackage".encode("utf-16-le") in data or ENCRYPTED.search(data)):
        reason = PASSWORD
    elif suffix == ".xlsx" and is_old:
        reason = "is an old workbook (.xls) by its content; name it so"
    elif suffix == ".xlsx" and not is_zip:
        reason = f"is no workbook (.xlsx): it begins with {beginning(data)}"
    elif suffix == ".xls" and (not is_old or zipfile.is_zipfile(io.BytesIO(data))):
        hint = "; name it .xlsx if it is one" if is_zip else ""
        reason = f"is no old workbook (.xls): it begins with {beginning(data)}{hint}"
    if reason:
        raise refusal(path, reason)


def why_not(archive: zipfile.ZipFile) -> str:
    """Return why a zip file is not read as a workbook; "" if it is."""
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)  # no more than that is unpacked
    if unpacked > MOST_BYTES_UNPACKED:
        most = f"a release has less than {MOST_BYTES_UNPACKED:,}"
        return f"has {unpacked:,} bytes when unpacked; {most}"
    if any(part.flag_bits & 1 for part in parts):
        return PASSWORD
    if "xl/workbook.bin" in archive.namelist():
        return "is a binary workbook (.xlsb); save it as Excel Workbook (.xlsx)"
    for part in parts:  # check that every part is whole before reading any
        archive.read(part)
    return ""


def sheet_parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Yield the name and the part of each sheet; sheets of charts have no cells."""
    links = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for element in fromstring(archive.read("xl/workbook.xml")).iter():
        if local(element) == "sheet":
            link = next(value for key, value in element.items() if key.endswith("}id"))
            part = posixpath.normpath(posixpath.join("/xl", targets[link])).lstrip("/")
            if "chartsheets/" not in part:
                yield element.get("name", ""), part


def local(element: Element) -> str:
    """Return the tag without its namespace, since Strict Open XML has others."""
    return element.tag.rpartition("}")[2]


def odd_cells(path: str, sheet: str, part: object) -> Odd:
    """Return the cells that calamine takes for blank: a formula without a value, an error.

    Raises Refused for a cell far from the table, for which calamine would fill all memory.
    """
    odd: Odd = []
    row = 0
    for _, element in iterparse(part):  # type: ignore[arg-type]
        if local(element) != "row":
            continue
        row, column = int(element.get("r", row + 1)), 0
        for cell in element:
            place = REFERENCE.fullmatch(cell.get("r", ""))
            column = number_of(place[1]) if place else column + 1
            found = {local(child): child.text or "" for child in cell}
            if found:
                check_place(path, sheet, row, column)
            if cell.get("t") == "e":
                odd.append((row, column, f"holds the error {quoted(found.get('v', ''))}"))
            elif "f" in found and not found.get("v"):
                odd.append((row, column, FORMULA))
        element.clear()
    return odd


def number_of(name: str) -> int:
    """Return the number of a column called such as F or AB."""
    return reduce(lambda number, letter: 26 * number + ord(letter) - ord("A") + 1, name, 0)


def check_place(path: str, sheet: str, row: int, column: int) -> None:
    """Raise Refused for a cell far from the table."""
    if row > MOST_ROWS or column > MOST_COLUMNS:
        end = f"row {MOST_ROWS:,} and column {letters(MOST_COLUMNS)}"
        reason = f"is not blank; the table ends before {end}: delete what is not the table"
        raise refusal(path, reason, row, cell_name(sheet, row, column))


def filled_cells(path: str, data: bytes) -> Mapping[str, Cells]:
    """Return the words of the cells of every sheet."""
    done = subprocess.run(
        [sys.executable, "-I", str(PROGRAM)], input=data, capture_output=True, check=False
    )
    *_, last = ["", *done.stderr.decode("utf-8", "replace").splitlines()]
    if done.returncode < 0 or last.startswith("MemoryError"):
        raise refusal(path, TOO_MUCH)
    if done.returncode:
        reason = in_short(last.partition(": ")[2])
        raise refusal(path, f"is damaged, or no workbook: {reason}")
    cells_of: dict[str, dict[tuple[int, int], str]] = {}
    for name, found in json.loads(done.stdout):
        cells = cells_of[name] = {}
        for row, column, value in found:
            check_place(path, name, row, column)
            if words := field(value, column):
                cells[row, column] = words
    return cells_of


def field(value: object, column: int) -> str:
    """Return a cell's value as a text prints it: stripped, 1,234 but the year 1992."""
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


def chosen_sheet(path: str, cells_of: Mapping[str, Cells], odd: Mapping[str, Odd]) -> Sheet:
    """Return the one sheet with a title; ``odd`` is what is wrong with cells of each sheet."""
    titles = [table.title for table in TABLES]
    found = [
        name
        for name, cells in cells_of.items()
        if any(title.match(words) for words in cells.values() for title in titles)
    ]
    if len(found) > 1:
        names = ", ".join(cell_name(name, 0) for name in found)
        reason = f"the sheets {names} all have the title of the release; keep one of them"
        raise refusal(path, reason)
    if not cells_of:
        raise refusal(path, "has no sheet with cells")
    faults: list[Fault] = []
    for name in found or cells_of:
        of_sheet = Faults(Sheet(path, name, {}))
        for (row, column), words in cells_of[name].items():
            if control := CONTROL.search(words):
                of_sheet.at(row, f"holds the control character 0x{ord(control[0]):02x}", column)
        for row, column, reason in odd.get(name, ()):
            of_sheet.at(row, reason, column)
        faults += of_sheet.refused().faults
    if not found and not faults:
        faults = [without_title(path, name, cells) for name, cells in cells_of.items()]
    if faults:
        raise Refused(faults)
    [name] = found
    return Sheet(path, name, cells_of[name])


def without_title(path: str, name: str, cells: Cells) -> Fault:
    """Return the fault of a sheet without a title: another table's title, or its first cell."""
    for (row, column), words in sorted(cells.items()):
        if reason := other_table(words):
            return Fault(path, row, reason, cell_name(name, row, column))
    if not cells:
        return Fault(path, 0, f"is blank; no sheet has the title {TITLES}", cell_name(name, 0))
    row, column = min(cells)
    reason = f"reads {quoted(cells[row, column])}; no cell of the sheet has the title {TITLES}"
    return Fault(path, row, reason, cell_name(name, row, column))


def page(lines: list[str], draft: Draft) -> tuple[list[str], int]:
    """Return the lines of a sheet, from which ``draft`` was read, in the layout of a text release,
    and by how much the number of a line is larger than that of its row.

    It is one page, without breaks.  Title and notes get the text's blank lines between them, and
    each flow stands over the first of its columns.  From there on every row is a line.
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
    for flow in FLOWS:
        flows[min(draft.columns[f"{flow}_{it}"] for it in COMPONENTS)] = flow.capitalize()
    head = ["", *(line for words in above for line in ("", words)), ""]
    head += ["\t".join(flows), "\t".join(["", *fields[header_row - 1][1:]])]
    tabbed = ("year", "header", "month not printed", "annual not printed")
    body = [
        lines[row - 1] if kinds.get(row, "year") in tabbed else fields[row - 1][0]
        for row in range(header_row + 1, len(lines) + 1)
    ]
    return head + body, len(head) - header_row
