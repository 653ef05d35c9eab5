"""The workbook: read to the same seeds as its text, or refused by sheet and cell.

The workbooks are made here from the committed release with openpyxl, in the shape in which they
are published; the oracle is the text that they were made from.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import random
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

import normalize_release
import project
from project import ROOT
from release import MONTHS, Refused, Release, normalize, read_release, read_workbook, workbook
from release.reader import read_text
from release.seeds import HEADERS

COMMITTED = (ROOT / "releases" / "2024-02.txt").read_bytes().decode("ascii")
LINES = COMMITTED.split("\n")
ROW = re.compile(rf"[12][0-9]{{3}}\t|Jan\. - |(?:{'|'.join(MONTHS)})\t")
ALL_YEARS = [line for line in LINES if ROW.match(line)]
# The last three years of the committed release, as a workbook's rows are: title, units, the header
# in 3 and 4, 2022 in 5, 2023 in 19, 2024 in 33, a blank row, the footnote in 48, the source in 49.
TABLE = ALL_YEARS[-42:]
TITLE, UNITS, UPPER, LOWER = LINES[2].replace("1992", "2022"), LINES[4], LINES[6], LINES[7]
ONE_PAGE = ["", "", TITLE, "", UNITS, "", UPPER, LOWER, *TABLE, "", *LINES[-2:]]
OFFSET = 4  # a line of that text less the row of the sheet
NUMBER = re.compile(r"-?[0-9,]+")

Edit = Callable[[Worksheet], None]


def value(words: str) -> int | str | None:
    """A field of the text as a workbook has it."""
    return int(words.replace(",", "")) if NUMBER.fullmatch(words) else words or None


def filled(sheet: Worksheet, title: str, table: list[str]) -> None:
    """The table in a sheet, with the blanks, the shifted header and the formats of a real one."""
    sheet.append([f"{title} "])
    sheet.append([UNITS])
    sheet.append([None, None, "Balance", None, None, "Exports", None, None, " Imports"])
    sheet.append(["  Period", *LOWER.split("\t")[1:]])
    for at, line in enumerate(table):
        label, *cells = line.split("\t")
        is_old = at < 20
        if label.isdecimal():
            label = f"{label}           " if is_old else int(label)
        elif is_old:
            label = f"{label}    "
        sheet.append([label, *map(value, cells)])
    sheet.append([])
    for line in LINES[-2:]:
        sheet.append([line])
    sheet.merge_cells("A1:J1")
    sheet.merge_cells("A2:J2")
    white = PatternFill("solid", fgColor="FFFFFF")
    for row in sheet.iter_rows(min_row=5, max_row=20, max_col=30):
        for cell in row:
            cell.fill = white
            cell.number_format = "#,##0"


def made(
    *edits: Edit,
    keep: Callable[[openpyxl.Workbook], None] | None = None,
    title: str = TITLE,
    table: list[str] = TABLE,
) -> bytes:
    """The bytes of a workbook of the committed release, with these edits."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "exhibit_history"
    filled(sheet, title, table)
    for edit in edits:
        edit(sheet)
    if keep:
        keep(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def put(cell: str, what: object) -> Edit:
    def edit(sheet: Worksheet) -> None:
        sheet[cell] = what

    return edit


def read(data: bytes) -> Release:
    return read_workbook("some.xlsx", data)


def faults(data: bytes) -> list[str]:
    """The faults of a workbook that must be refused, without the name of the file."""
    with pytest.raises(Refused) as refused:
        read(data)
    told = [str(fault) for fault in refused.value.faults]
    assert all(fault.startswith("some.xlsx: ") for fault in told)
    return [fault.removeprefix("some.xlsx: ") for fault in told]


def changed_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", 8) as new:
        assert name in old.namelist()
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, change(content) if part == name else content)
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def with_values(data: bytes, values: dict[str, str]) -> bytes:
    """Formulas in these cells, with these values beside them, as a spreadsheet program saves."""

    def change(xml: bytes) -> bytes:
        for cell, result in values.items():
            xml, count = re.subn(
                rf'(<c r="{cell}"[^>]*>)<v>[^<]*</v>'.encode(),
                rb"\1<f>1+1</f><v>" + result.encode() + b"</v>",
                xml,
            )
            assert count == 1
        return xml

    return changed_part(data, SHEET, change)


def with_shared_strings(data: bytes) -> bytes:
    """The words of the sheet in a part of their own, as spreadsheet programs keep them."""
    strings: list[bytes] = []

    def share(cell: re.Match[bytes]) -> bytes:
        strings.append(cell[2])
        return b't="s"%b><v>%d</v></c>' % (cell[1], len(strings) - 1)

    inline = rb't="inlineStr"([^>]*)><is>(<t[^>]*>[^<]*</t>)</is></c>'
    data = changed_part(data, SHEET, lambda xml: re.sub(inline, share, xml))
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    told = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{told}"/></Types>'
    link = f'<Relationship Id="rId99" Type="{kind}" Target="sharedStrings.xml"/></Relationships>'
    for name, end, entry in (
        ("[Content_Types].xml", b"</Types>", part.encode()),
        ("xl/_rels/workbook.xml.rels", b"</Relationships>", link.encode()),
    ):
        data = changed_part(data, name, lambda xml, end=end, new=entry: xml.replace(end, new))
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    items = b"".join(b"<si>%b</si>" % words for words in strings)
    file = io.BytesIO(data)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b'<sst xmlns="%b">%b</sst>' % (space, items))
    return file.getvalue()


@pytest.fixture(scope="module")
def sound() -> bytes:
    """The workbook as it is published, without a fault."""
    return with_shared_strings(made())


# --------------------------------------------------------------------------- what is read


def seeds(folder: Path, name: str, data: bytes) -> dict[str, list[dict[str, str]]]:
    for part in ("releases", "seeds"):
        (folder / part).mkdir(parents=True)
    (folder / "releases" / name).write_bytes(data)
    normalize(folder / "releases", folder / "seeds", check=False)
    return {
        seed: list(csv.DictReader(io.StringIO((folder / "seeds" / f"{seed}.csv").read_text())))
        for seed in HEADERS
    }


def test_the_seeds_are_those_of_its_text(sound: bytes, tmp_path: Path) -> None:
    text = "\n".join(ONE_PAGE).encode()
    of_book = seeds(tmp_path / "book", "2024-02.xlsx", sound)
    of_text = seeds(tmp_path / "text", "2024-02.txt", text)
    for seed in ("monthly_trade", "annual_trade", "release_lines"):
        assert of_book[seed] == of_text[seed]
    [book], [plain] = of_book["releases"], of_text["releases"]
    own = {
        "file_name": "2024-02.xlsx",
        "sha256": hashlib.sha256(sound).hexdigest(),
        "source_format": "workbook",
        "sheet_name": "exhibit_history",
        "row_offset": str(OFFSET),
    }
    assert book == plain | own
    assert plain["sha256"] == plain["text_sha256"] == hashlib.sha256(text).hexdigest()
    assert (plain["source_format"], plain["sheet_name"], plain["row_offset"]) == ("text", "", "")


def test_the_cells_of_the_whole_release_are_those_of_its_text() -> None:
    one = read(made(title=LINES[2], table=ALL_YEARS))
    other = read_release(ROOT / "releases" / "2024-02.txt")
    assert [(row.year, row.first, row.last, row.cells) for row in one.rows()] == [
        (row.year, row.first, row.last, row.cells) for row in other.rows()
    ]


def every(column: str, change: Callable[[object], object], first_row: int = 5) -> Edit:
    """Every cell of a column that is not blank, changed."""

    def edit(sheet: Worksheet) -> None:
        for (cell,) in sheet[f"{column}{first_row}:{column}{sheet.max_row - 3}"]:
            if cell.value is not None:
                cell.value = change(cell.value)

    return edit


def each_number(change: Callable[[int], object]) -> list[Edit]:
    return [every(column, change) for column in "BCDEFGHIJ"]


def moved_down(rows: int) -> Edit:
    return lambda sheet: sheet.insert_rows(1, rows)


def protected(sheet: Worksheet) -> None:
    sheet.protection.sheet = True
    sheet.protection.password = "secret"


def hidden(sheet: Worksheet) -> None:
    sheet.row_dimensions[7].hidden = True
    sheet.column_dimensions["C"].hidden = True


def plain_header(sheet: Worksheet) -> None:
    for cell, what in zip("ABCDEFGHI", UPPER.split("\t"), strict=False):
        sheet[f"{cell}3"] = what or None
    sheet["A4"] = None


SAME_TEXT: dict[str, list[Edit]] = {
    "floats": each_number(float),
    "numbers as text": each_number(lambda cell: f" {cell:,} "),
    "numbers as text, ungrouped": each_number(str),
    "numbers as text, with U+2212": each_number(lambda cell: f"{cell}".replace("-", "\u2212")),
    "quoted": each_number(lambda cell: f'"{cell:,}"'),
    "years as floats": [every("A", lambda cell: float(cell) if isinstance(cell, int) else cell)],
    "labels with no-break spaces": [
        every("A", lambda cell: str(cell).replace(" ", "\u00a0") + "\u00a0")
    ],
    "a header that stands over its columns": [plain_header],
    "header words on two lines": [put("F4", "Goods\n(1)")],
    "blank rows above": [moved_down(3)],
    "protected against changes": [protected],
    "hidden rows and columns": [hidden],
    "a format far below and to the right": [
        lambda sheet: setattr(sheet["IS900"], "number_format", "0.00"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", SAME_TEXT)
def test_variants_are_read_to_the_same_text(name: str) -> None:
    release = read(made(*SAME_TEXT[name]))
    assert release.text.lines == ONE_PAGE
    above = 3 if "above" in name else 0
    assert release.origin.row_offset == str(OFFSET - above)


def test_formulas_are_read_by_their_values(sound: bytes) -> None:
    data = with_values(sound, {"F13": PRINTED_CELLS["F13"], "B6": PRINTED_CELLS["B6"]})
    assert read(data).text.lines == ONE_PAGE


PRINTED_CELLS = {
    f"{letter}{row}": ONE_PAGE[row + OFFSET - 1].split("\t")[at].replace(",", "")
    for row in (6, 13)
    for at, letter in enumerate("ABCDEFGHIJ")
}


def test_marks_of_revision_are_kept() -> None:
    release = read(made(put("A7", "January (R)   "), put("A6", "Jan. - Dec. (R)")))
    assert [row.is_revised for row in release.months[:2]] == [True, False]
    assert release.annuals[0].is_revised
    assert release.text.lines[10].startswith("January (R)\t")


def test_columns_in_another_order_stay_so() -> None:
    def exports_first(sheet: Worksheet) -> None:
        for row in sheet.iter_rows(min_row=3, max_row=sheet.max_row - 3, max_col=10):
            old = [cell.value for cell in row]
            for cell, new in zip(row, [old[0], *old[4:7], *old[1:4], *old[7:]], strict=True):
                cell.value = new

    release = read(made(exports_first))
    assert release.text.lines[6] == "Period\tExports\t\t\tBalance\t\t\tImports\t\t"
    assert [row.cells for row in release.rows()] == [row.cells for row in read(made()).rows()]


def test_a_spacer_column_stays() -> None:
    release = read(made(lambda sheet: sheet.insert_cols(5)))
    assert release.text.lines[6] == "Period\tBalance\t\t\t\tExports\t\t\tImports\t\t"
    assert [row.cells for row in release.rows()] == [row.cells for row in read(made()).rows()]


def test_a_second_page_in_the_sheet_keeps_its_rows() -> None:
    def break_page(sheet: Worksheet) -> None:
        sheet.insert_rows(19, 4)
        for at, row in enumerate(([TITLE], [UNITS], LINES[6].split("\t"), LOWER.split("\t"))):
            for column, words in enumerate(row, 1):
                sheet.cell(19 + at, column, words or None)

    release = read(made(break_page))
    expected = [*ONE_PAGE[:22], TITLE, UNITS, UPPER, LOWER, *ONE_PAGE[22:]]
    assert release.text.lines == expected


def test_other_sheets_do_not_matter() -> None:
    def more(book: openpyxl.Workbook) -> None:
        book.create_sheet("Notes", 0)["A1"] = "See exhibit_history"
        book.create_sheet("Empty", 0)
        hidden_one = book.create_sheet("Old")
        hidden_one.sheet_state = "veryHidden"
        hidden_one["F13"] = "=1+1"
        chart = BarChart()
        chart.add_data(Reference(book["exhibit_history"], min_col=2, min_row=7, max_row=18))
        book.create_chartsheet("Chart").add_chart(chart)

    release = read(made(keep=more))
    assert (release.text.lines, release.origin.sheet_name) == (ONE_PAGE, "exhibit_history")


# --------------------------------------------------------------------------- what is refused

WHOLE = "is not a whole number of millions"
FORMULA = "holds a formula without a value; open the workbook in a spreadsheet program and save it"

TOO_LARGE = (
    "exhibit_history: more than 10,000 rows or 1,000,000 cells are in use; delete what is not the "
    "table"
)

CELLS: dict[str, tuple[list[Edit], list[str]]] = {
    "words": ([put("F13", "n/a")], [f'exhibit_history!F13: exports goods: "n/a" {WHOLE}']),
    "a fraction": (
        [put("F13", 46881.6)], [f'exhibit_history!F13: exports goods: "46881.6" {WHOLE}']),
    "a number that is too large": (
        [put("F13", 4688123456)],
        ['exhibit_history!F13: exports goods: "4,688,123,456" is too large to be millions']),
    "a number beyond all bounds": (
        [put("F13", 1e300)],
        ['exhibit_history!F13: exports goods: "1,000,000,000,000,000,052,504,760,255,204,420,'
         '248,704,468..." is too large to be millions']),
    "an error": ([put("F13", "#REF!")], [f'exhibit_history!F13: exports goods: "#REF!" {WHOLE}']),
    "a truth": ([put("F13", True)], [f'exhibit_history!F13: exports goods: "TRUE" {WHOLE}']),
    "a date": (
        [put("F13", datetime.date(1995, 3, 1))],
        [f'exhibit_history!F13: exports goods: "1995-03-01 00:00:00" {WHOLE}']),
    "digits grouped wrongly": (
        [put("F13", "46,88")], [f'exhibit_history!F13: exports goods: "46,88" {WHOLE}']),
    "a number that is missing": (
        [put("F9", None)],
        ["exhibit_history!F9: the row is half printed: no number for exports goods"]),
    "a date for a month": (
        [put("A9", datetime.datetime(1995, 3, 1))],
        ['exhibit_history!A9: "1995-03-01 00:00:00" is neither a month, an annual label nor a '
         "year"]),
    "a row without a label": (
        [put("A9", None)],
        ["exhibit_history!B9: a row without a label is neither a month, an annual label nor a "
         "year"]),
    "a number beside a year": (
        [put("D5", 5)],
        ["exhibit_history!D5: the year row 2022 carries numbers; expected a label alone"]),
    "a note beside the table": (
        [put("L9", "see note")],
        ['exhibit_history!L9: column L has no header, yet reads "see note"']),
    "a note beside the header": (
        [put("L4", "draft")], ['exhibit_history!L4: column L has the unknown header "draft"']),
    "a note below": (
        [put("B50", "x")],
        ['exhibit_history!B50: a row without a label is neither a month, an annual label nor a '
         "year"]),
    "a lost heading": (
        [put("F4", None)], ["exhibit_history!A4: the header lacks exports goods"]),
    "another first heading": (
        [put("A4", "Month")],
        ['exhibit_history!A4: the first column is headed "Month"; expected "Period"']),
    "a month twice": (
        [put("A9", "February")],
        ["exhibit_history!A9: February 2022 stands twice (first on row 8)",
         "exhibit_history!A10: the year 2022 has no numbers for March"]),
    "a month that is lost": (
        [lambda sheet: sheet.delete_rows(9)],
        ["exhibit_history!A9: the year 2022 has no numbers for March"]),
    "other units": (
        [put("A2", "In billions of dollars. Seasonally adjusted.")],
        ['exhibit_history!A2: "In billions of dollars. Seasonally adjusted." says "billions"; '
         "this table is in millions of dollars"]),
    "a banner that contradicts": (
        [lambda sheet: sheet.insert_rows(2), put("A2", "Not seasonally adjusted")],
        ['exhibit_history!A2: "Not seasonally adjusted" says "Not season"; this table is '
         "seasonally adjusted"]),
    "a footnote that contradicts": (
        [put("A50", "(2) Chained dollars")],
        ['exhibit_history!A50: "(2) Chained dollars" says "Chained"; this table is in current '
         "dollars"]),
    "a terminal's escape code": (
        [put("A50", "(2) See\x9b2J below")],
        ["exhibit_history!A50: holds the control character 0x9b"]),
    "no closing lines": (
        [lambda sheet: sheet.delete_rows(33, 20)],
        ['exhibit_history: does not end with "(1) Data presented on a Balance of Payments (BOP) '
         'Basis." and "Source: U.S. Census Bureau, ..."; is it cut off?']),
    "words beside a footnote": (
        [put("B49", "x")],
        ['exhibit_history!B49: "x" stands beside "Source: U.S. Census Bureau, Economic Indicators '
         'Division."; expected nothing there']),
    "a heading twice": (
        [put("K4", "Services")], ["exhibit_history!K4: the header names a column twice"]),
    "an annual row without numbers": (
        [put(f"{letter}20", None) for letter in "BCDEFGHIJ"],
        ["exhibit_history!A20: the annual row of 2023 has no numbers"]),
    "no units": (
        [put("A2", None)],
        ['exhibit_history: has no units note "In millions of dollars. Seasonally adjusted; '
         '..."']),
    "no table": (
        [lambda sheet: sheet.delete_rows(3, 1000)],
        ["exhibit_history: has no data: not one month with numbers",
         'exhibit_history: does not end with "(1) Data presented on a Balance of Payments (BOP) '
         'Basis." and "Source: U.S. Census Bureau, ..."; is it cut off?']),
    "a formula": ([put("F9", "=1+1")], [f"exhibit_history!F9: {FORMULA}"]),
    "formulas": (
        [put("J6", "=B6"), put("F9", "=1+1"), put("A38", "=A37")],
        [f"exhibit_history!J6: {FORMULA}", f"exhibit_history!F9: {FORMULA}",
         f"exhibit_history!A38: {FORMULA}"]),
    "a title that is a formula": (
        [put("A1", "=B1")], [f"exhibit_history!A1: {FORMULA}"]),
    "nothing but formulas": (
        [put("A1", "=Z1"), put("A2", "=Z1"),
         *(put(f"{letter}{row}", "=Z1") for row in range(3, 53) for letter in "AB")],
        [f"exhibit_history!A1: {FORMULA}", f"exhibit_history!A2: {FORMULA}",
         *(f"exhibit_history!{letter}{row}: {FORMULA}" for row in range(3, 52) for letter in "AB"),
         "and 2 more faults"]),
    "a name that formulas would quote": (
        [put("F13", "x"), lambda sheet: setattr(sheet, "title", "Bob's table 1")],
        [f"'Bob''s table 1'!F13: exports goods: \"x\" {WHOLE}"]),
    "a cell far below": (
        [put("A20000", "x")],
        [TOO_LARGE]),
    "a cell far to the right": (
        [put("IS12", "x")],
        ["exhibit_history!IS12: is not blank; the table ends before column CV"]),
    "a format far below": (
        [lambda sheet: setattr(sheet["A10001"], "number_format", "0.0")],
        [TOO_LARGE]),
    "a million formats": (
        [*(lambda sheet, row=row: setattr(sheet[f"XFD{row}"], "number_format", "0.0")
           for row in range(1000, 1070))],
        [TOO_LARGE]),
    "all that is wrong": (
        [put("F13", "x"), put("A2", "In billions of dollars. Seasonally adjusted."),
         put("L20", "y")],
        ['exhibit_history!A2: "In billions of dollars. Seasonally adjusted." says "billions"; '
         "this table is in millions of dollars",
         f'exhibit_history!F13: exports goods: "x" {WHOLE}',
         'exhibit_history!L20: column L has no header, yet reads "y"']),
}  # fmt: skip


@pytest.mark.parametrize("name", CELLS)
def test_a_fault_is_named_by_its_sheet_and_cell(name: str) -> None:
    edits, expected = CELLS[name]
    assert faults(made(*edits)) == expected


def test_a_workbook_with_other_content() -> None:
    def other(book: openpyxl.Workbook) -> None:
        book.active["A1"] = "Exhibit 1"
        book.create_sheet("Empty")

    title = '"U.S. International Trade in Goods and Services"'
    assert faults(made(keep=other)) == [
        f"Empty: is blank; no sheet has the title {title}",
        f'exhibit_history!A1: reads "Exhibit 1"; no cell of the sheet has the title {title}',
    ]


def test_two_sheets_with_the_title() -> None:
    def twice(book: openpyxl.Workbook) -> None:
        book.copy_worksheet(book.active).sheet_state = "hidden"

    assert faults(made(keep=twice)) == [
        "the sheets exhibit_history, 'exhibit_history Copy' all have the title of the release; "
        "keep one of them"
    ]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
ENCRYPTED = OLE + "EncryptedPackage".encode("utf-16-le") + bytes(600)


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def flagged(data: bytes) -> bytes:
    """Every part marked as protected by a password, in the zip file's own list of them."""
    return re.sub(rb"(PK\x01\x02.{4}).", b"\\1\x01", data, flags=re.DOTALL)


# The number in F13, and how the sheet's XML may have it otherwise.
CELL = int(PRINTED_CELLS["F13"])


def xml_with(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """A sheet whose XML has something else in one place."""

    def change(xml: bytes) -> bytes:
        assert xml.count(old) == 1
        return xml.replace(old, new)

    return lambda data: changed_part(data, SHEET, change)


def in_utf_16(xml: bytes) -> bytes:
    """The sheet with a document type, in the encoding in which no search for ASCII finds one."""
    kind = "<!DOCTYPE worksheet [<!ENTITY month 'May'>]>"
    return f'<?xml version="1.0" encoding="UTF-16"?>{kind}{xml.decode()}'.encode("utf-16")


FILES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda data: b"", "is empty"),
    "an old workbook": (
        lambda data: OLE, "is an old workbook (.xls) by its content; name it so"),
    "a password": (lambda data: ENCRYPTED, "is protected by a password; save it without one"),
    "a password of a zip file": (flagged, "is protected by a password; save it without one"),
    "a page": (
        lambda data: b"<!DOCTYPE html><html>Not found</html>",
        'is no workbook (.xlsx): it begins with "<!DOCTYPE html><html"'),
    "a text": (
        lambda data: COMMITTED.encode(),
        r'is no workbook (.xlsx): it begins with "\n\nU.S. International"'),
    "another zip file": (
        lambda data: zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}),
        "is a zip file, but no workbook (.xlsx)"),
    "half a file": (lambda data: data[: len(data) // 2], "is damaged: File is not a zip file"),
    "a part that is damaged": (
        lambda data: data.replace(b"xl/worksheets", b"xl/worksheet5", 1),
        "is damaged: File name in directory 'xl/worksheets/sheet1.xml' and header "),
    "XML that does not close": (
        lambda data: changed_part(data, SHEET, lambda xml: xml[: xml.rindex(b"<row")]),
        "is damaged, or no workbook: no element found: line 1, column"),
    "a document type": (
        lambda data: changed_part(data, SHEET, lambda xml: b'<!DOCTYPE a [<!ENTITY b "c">]>' + xml),
        "is no workbook (.xlsx): its XML declares entities"),
    "a document type in UTF-16": (
        lambda data: changed_part(data, SHEET, in_utf_16),
        "is no workbook (.xlsx): its XML declares entities"),
    "a cell twice": (
        xml_with(b"<v>%d</v></c>" % CELL, b'<v>%d</v></c><c r="F13"><v>7</v></c>' % CELL),
        "exhibit_history!F13: is damaged: its cells are out of order"),
    "a value with a tag in it": (
        xml_with(b"<v>%d</v>" % CELL, b"<v>%d<c/>%d</v>" % divmod(CELL, 100)),
        "exhibit_history!F13: is damaged: it holds more than one value"),
    "two values": (
        xml_with(b"<v>%d</v>" % CELL, b"<v>%d</v><v>7</v>" % CELL),
        "exhibit_history!F13: is damaged: it holds more than one value"),
    "a row twice": (
        xml_with(b'<row r="10"', b'<row r="9"><c r="A9"><v>1</v></c></row><row r="10"'),
        "exhibit_history: is damaged: its rows are out of order"),
    "a row after the next": (
        xml_with(b'<row r="12"', b'<row r="8"'),
        "exhibit_history: is damaged: its rows are out of order"),
    "a cell of another row": (
        xml_with(b'<c r="F13"', b'<c r="F12"'),
        "exhibit_history!F13: is damaged: its cells are out of order"),
    "a number that is none": (
        lambda data: changed_part(
            data, SHEET, lambda xml: xml.replace(b"<v>%d</v>" % CELL, b"<v>many</v>")),
        "is damaged, or no workbook: invalid literal for int() with base 10: 'many' (ValueError)"),
    "a string that is not there": (
        lambda data: changed_part(
            data, "xl/sharedStrings.xml", lambda xml: re.sub(rb"<si>.*</si>", b"", xml)),
        "is damaged, or no workbook: list index out of range (IndexError)"),
    "a row beyond all bounds": (
        lambda data: changed_part(
            data, SHEET, lambda xml: xml.replace(b'<row r="9"', b'<row r="99999999999"', 1)),
        TOO_LARGE),
    "much when unpacked": (
        lambda data: zipped({"[Content_Types].xml": bytes(50_000_000)}),
        "has 50,000,000 bytes when unpacked; a release has less than 5,000,000"),
    "a comment of 38 MB": (
        xml_with(b"<sheetData>", b"<!--%b--><sheetData>" % bytes(38_000_000).replace(b"\0", b"x")),
        "has 38,"),
    "many empty rows": (
        xml_with(b"</sheetData>", b'<row s="1"/>' * 300_000 + b"</sheetData>"),
        TOO_LARGE),
    "much": (
        lambda data: b"PK" + bytes(5_000_000),
        "has 5,000,002 bytes; a release has less than 5,000,000"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_sound_workbook(name: str, sound: bytes) -> None:
    damage, expected = FILES[name]
    [fault] = faults(damage(sound))
    assert fault[: len(expected)] == expected


@pytest.mark.parametrize("seed", range(150))
def test_bytes_flipped_or_cut_off(seed: int, sound: bytes) -> None:
    """A damaged workbook is refused, or it has the same cells; it never ends in a traceback."""
    chance = random.Random(seed)
    data = bytearray(sound)
    if seed % 5 == 0:
        del data[chance.randrange(len(data)) :]
    else:
        # Half of them in the list of parts at the end, where no checksum protects it.
        first = 0 if seed % 2 else len(data) - 1000
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(first, len(data))] = chance.randrange(256)
    try:
        release = read(bytes(data))
    except Refused as refused:
        assert all(str(fault).startswith("some.xlsx: ") for fault in refused.faults)
    else:
        assert release.text.lines == ONE_PAGE


@pytest.mark.parametrize("seed", range(60))
def test_the_xml_of_the_sheet_damaged_in_a_sound_file(seed: int, sound: bytes) -> None:
    """As above, beneath the checksums; what is read is a release that its own text gives back."""
    chance = random.Random(seed)
    name = (SHEET, "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml")[seed % 4]

    def damage(xml: bytes) -> bytes:
        damaged = bytearray(xml)
        for _ in range(chance.randint(1, 3)):
            damaged[chance.randrange(len(damaged))] = chance.choice(b'<>"/0159=ABsr \t&;\x00\xff')
        return bytes(damaged)

    try:
        release = read(changed_part(sound, name, damage))
    except Refused as refused:
        assert all(str(fault).startswith("some.xlsx: ") for fault in refused.faults)
    else:
        text = "\n".join(release.text.lines).encode()
        again = read_text("some.txt", text)
        assert [row.cells for row in again.rows()] == [row.cells for row in release.rows()]


def test_a_chart_sheet_that_has_no_chart() -> None:
    """openpyxl stops at it, and says nothing of what it is."""
    [fault] = faults(made(keep=lambda book: book.create_chartsheet("Chart")))
    assert fault.startswith("is damaged, or no workbook: ")
    assert fault.endswith("; if a program opens it, delete its chart sheets there")


# --------------------------------------------------------------------------- the command


def in_a_process(path: Path, missing: str = "") -> subprocess.CompletedProcess[str]:
    """Read a release in a process in which a module is missing."""
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'scripts')!r}); "
        f"sys.modules.update(dict.fromkeys({missing.split()!r})); import release; "
        f"from pathlib import Path; print(release.read_release(Path({str(path)!r})).release_id); "
        "print(sorted({'openpyxl', 'defusedxml', 'zipfile'} & sys.modules.keys()))"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_a_text_is_read_without_openpyxl() -> None:
    done = in_a_process(ROOT / "releases" / "2024-02.txt")
    assert (done.stdout, done.stderr) == ("2024-02\n[]\n", "")


@pytest.mark.parametrize("module", ["openpyxl", "defusedxml"])
def test_a_workbook_without_what_reads_it_is_refused(
    module: str, sound: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "2024-02.xlsx"
    path.write_bytes(sound)
    done = in_a_process(path, module)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"release.faults.Refused: {path}: a workbook is read with {module}, which is not "
        "installed; install requirements.lock, or save the sheet as text (tab-separated)"
    )


def test_a_workbook_that_is_cut_off_and_named_for_its_month(tmp_path: Path) -> None:
    """Whoever cut out a year may have left the closing lines: the name of the file still tells."""
    path = tmp_path / "2024-02.xlsx"
    path.write_bytes(made(lambda sheet: sheet.delete_rows(33, 14)))
    with pytest.raises(Refused) as refused:
        read_release(path)
    reason = "ends with 2023-12; is it cut off? If not, name it for that month"
    assert str(refused.value) == f"{path}: {reason}"


def test_a_release_as_text_and_as_workbook_and_files_that_are_neither(
    sound: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("releases", "seeds"):
        (tmp_path / folder).mkdir()
    for name, data in (
        ("2024-02.txt", COMMITTED.encode()), ("2024-02.xlsx", sound),
        ("a.XLSX", made(put("F13", "x"))), ("b.xls", OLE), ("c.ods", sound),
    ):  # fmt: skip
        (tmp_path / "releases" / name).write_bytes(data)
    places = ["--releases", str(tmp_path / "releases"), "--seeds", str(tmp_path / "seeds")]
    assert project.main(normalize_release.command, normalize_release.parser(), places) == 1
    assert capsys.readouterr().err.replace(f"{tmp_path}/releases/", "").splitlines() == [
        "2024-02.xlsx: ends with 2024-02, as 2024-02.txt does; keep one of the two",
        f'a.XLSX: exhibit_history!F13: exports goods: "x" {WHOLE}',
        "b.xls: is damaged, or no workbook: Cannot detect file format",
        "c.ods: is no text (.txt), workbook (.xlsx, .xls) or bundle (.zip); keep it elsewhere",
        "nothing was written",
    ]


def test_the_name_of_a_cell() -> None:
    assert workbook.cell_name("a", 3, 28) == "a!AB3"
    assert workbook.cell_name("a\n'b", 1, 1) == "'a\\n''b'!A1"
