"""The workbook: read to the same seeds as its text, or refused by sheet and cell.

The workbooks are made here from the committed release with openpyxl, in the shape in which they
are published; the oracle is the text that they were made from.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import os
import random
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb
import normalize_release as normalizer
import openpyxl
import pytest
import workbook
from conftest import ROOT, copy_project, dbt
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

COMMITTED = (ROOT / "releases" / "2024-02.txt").read_bytes().decode("ascii")
LINES = COMMITTED.split("\n")
# The committed release on one page, as a workbook's rows are: a title, units, the header, and
# from row 5 on the years; 33 years of 14 rows, then a blank row, the footnote and the source.
TITLE, UNITS, UPPER, LOWER = LINES[2], LINES[4], LINES[6], LINES[7]
TABLE = [
    line
    for line in LINES[8:]
    if re.match(rf"[12][0-9]{{3}}\t|Jan\. - |(?:{'|'.join(normalizer.MONTHS)})\t", line)
]
ONE_PAGE = [*LINES[:8], *TABLE, "", *LINES[-2:]]
OFFSET = 4  # a line of that text less the row of the sheet
NUMBER = re.compile(r"-?[0-9,]+")

Edit = Callable[[Worksheet], None]


def value(words: str) -> int | str | None:
    """A field of the text as a workbook has it."""
    return int(words.replace(",", "")) if NUMBER.fullmatch(words) else words or None


def filled(sheet: Worksheet) -> None:
    """The table in a sheet, with the blanks, the shifted header and the formats of a real one."""
    sheet.append([f"{TITLE} "])
    sheet.append([UNITS])
    sheet.append([None, None, "Balance", None, None, "Exports", None, None, " Imports"])
    sheet.append(["  Period", *LOWER.split("\t")[1:]])
    for at, line in enumerate(TABLE):
        label, *cells = line.split("\t")
        is_old = at < 200
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
    for row in sheet.iter_rows(min_row=5, max_row=40, max_col=60):
        for cell in row:
            cell.fill = PatternFill("solid", fgColor="FFFFFF")
            cell.number_format = "#,##0"


def made(*edits: Edit, keep: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    """The bytes of a workbook of the committed release, with these edits."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "exhibit_history"
    filled(sheet)
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


def read(data: bytes) -> normalizer.Release:
    return normalizer.read_workbook("some.xlsx", data)


def faults(data: bytes) -> list[str]:
    """The faults of a workbook that must be refused, without the name of the file."""
    with pytest.raises(normalizer.Refused) as refused:
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
    arguments = ["--releases", folder / "releases", "--seeds", folder / "seeds"]
    assert normalizer.main(list(map(str, arguments))) == 0
    return {
        seed: list(csv.DictReader(io.StringIO((folder / "seeds" / f"{seed}.csv").read_text())))
        for seed in normalizer.HEADERS
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


def test_the_cells_are_those_of_the_committed_text(sound: bytes) -> None:
    one, other = read(sound), normalizer.read_release(ROOT / "releases" / "2024-02.txt")
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
    assert release.text.row_offset == str(OFFSET - above)


def test_formulas_are_read_by_their_values(sound: bytes) -> None:
    data = with_values(sound, {"F55": PRINTED_CELLS["F55"], "B6": PRINTED_CELLS["B6"]})
    assert read(data).text.lines == ONE_PAGE


PRINTED_CELLS = {
    f"{letter}{row}": ONE_PAGE[row + OFFSET - 1].split("\t")[at].replace(",", "")
    for row in (6, 55)
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
        hidden_one["F55"] = "=1+1"
        chart = BarChart()
        chart.add_data(Reference(book["exhibit_history"], min_col=2, min_row=7, max_row=18))
        book.create_chartsheet("Chart").add_chart(chart)

    release = read(made(keep=more))
    assert (release.text.lines, release.text.sheet_name) == (ONE_PAGE, "exhibit_history")


# --------------------------------------------------------------------------- what is refused

WHOLE = "is not a whole number of millions"
FORMULA = "holds a formula without a value; open the workbook in a spreadsheet program and save it"

CELLS: dict[str, tuple[list[Edit], list[str]]] = {
    "words": ([put("F55", "n/a")], [f'exhibit_history!F55: exports goods: "n/a" {WHOLE}']),
    "a fraction": (
        [put("F55", 46881.6)], [f'exhibit_history!F55: exports goods: "46881.6" {WHOLE}']),
    "a number that is too large": (
        [put("F55", 4688123456)],
        ['exhibit_history!F55: exports goods: "4,688,123,456" is too large to be millions']),
    "a number beyond all bounds": (
        [put("F55", 1e300)],
        ['exhibit_history!F55: exports goods: "1,000,000,000,000,000,052,504,760,255,204,420,'
         '248,704,468..." is too large to be millions']),
    "an error": ([put("F55", "#REF!")], [f'exhibit_history!F55: exports goods: "#REF!" {WHOLE}']),
    "a truth": ([put("F55", True)], [f'exhibit_history!F55: exports goods: "TRUE" {WHOLE}']),
    "a date": (
        [put("F55", datetime.date(1995, 3, 1))],
        [f'exhibit_history!F55: exports goods: "1995-03-01 00:00:00" {WHOLE}']),
    "digits grouped wrongly": (
        [put("F55", "46,88")], [f'exhibit_history!F55: exports goods: "46,88" {WHOLE}']),
    "a number that is missing": (
        [put("F51", None)],
        ["exhibit_history!F51: the row is half printed: no number for exports goods"]),
    "a date for a month": (
        [put("A51", datetime.datetime(1995, 3, 1))],
        ['exhibit_history!A51: "1995-03-01 00:00:00" is neither a month, an annual label nor a '
         "year"]),
    "a row without a label": (
        [put("A51", None)],
        ["exhibit_history!B51: a row without a label is neither a month, an annual label nor a "
         "year"]),
    "a number beside a year": (
        [put("D47", 5)],
        ["exhibit_history!D47: the year row 1995 carries numbers; expected a label alone"]),
    "a note beside the table": (
        [put("L51", "see note")],
        ['exhibit_history!L51: column L has no header, yet reads "see note"']),
    "a note beside the header": (
        [put("L4", "draft")], ['exhibit_history!L4: column L has the unknown header "draft"']),
    "a note below": (
        [put("B470", "x")],
        ['exhibit_history!B470: a row without a label is neither a month, an annual label nor a '
         "year"]),
    "a lost heading": (
        [put("F4", None)], ["exhibit_history!A4: the header lacks exports goods"]),
    "another first heading": (
        [put("A4", "Month")],
        ['exhibit_history!A4: the first column is headed "Month"; expected "Period"']),
    "a month twice": (
        [put("A51", "February")],
        ["exhibit_history!A51: February 1995 stands twice (first on row 50)",
         "exhibit_history!A52: the year 1995 has no numbers for March"]),
    "a month that is lost": (
        [lambda sheet: sheet.delete_rows(51)],
        ["exhibit_history!A51: the year 1995 has no numbers for March"]),
    "other units": (
        [put("A2", "In billions of dollars. Seasonally adjusted.")],
        ['exhibit_history!A2: the units are "In billions of dollars. Seasonally adjusted."; '
         'expected "In millions of dollars"']),
    "no units": (
        [put("A2", None)],
        ['exhibit_history: has no units note "In millions of dollars. Seasonally adjusted; '
         '..."']),
    "no table": (
        [lambda sheet: sheet.delete_rows(3, 1000)],
        ["exhibit_history: has no data: not one month with numbers"]),
    "a formula": ([put("F51", "=1+1")], [f"exhibit_history!F51: {FORMULA}"]),
    "formulas": (
        [put("J6", "=B6"), put("F51", "=1+1"), put("A80", "=A79")],
        [f"exhibit_history!J6: {FORMULA}", f"exhibit_history!F51: {FORMULA}",
         f"exhibit_history!A80: {FORMULA}"]),
    "a name that formulas would quote": (
        [put("F55", "x"), lambda sheet: setattr(sheet, "title", "Bob's table 1")],
        [f"'Bob''s table 1'!F55: exports goods: \"x\" {WHOLE}"]),
    "a cell far below": (
        [put("A20000", "x")],
        ["exhibit_history!A20000: is not blank; the table ends before row 10,000 and column CV"]),
    "a cell far to the right": (
        [put("IS12", "x")],
        ["exhibit_history!IS12: is not blank; the table ends before row 10,000 and column CV"]),
    "millions of formats": (
        [lambda sheet: setattr(sheet["XFD1048576"], "number_format", "0.0"),
         *(lambda sheet, row=row: setattr(sheet[f"XFD{row}"], "number_format", "0.0")
           for row in range(1000, 1150))],
        ["exhibit_history: more than 2,000,000 cells are in use; delete what is not the table"]),
    "all that is wrong": (
        [put("F55", "x"), put("A2", "In billions of dollars. Seasonally adjusted."),
         put("L90", "y")],
        ['exhibit_history!A2: the units are "In billions of dollars. Seasonally adjusted."; '
         'expected "In millions of dollars"',
         f'exhibit_history!F55: exports goods: "x" {WHOLE}',
         'exhibit_history!L90: column L has no header, yet reads "y"']),
}  # fmt: skip


@pytest.mark.parametrize("name", CELLS)
def test_a_fault_is_named_by_its_sheet_and_cell(name: str) -> None:
    edits, expected = CELLS[name]
    assert faults(made(*edits)) == expected


def test_a_workbook_with_other_content() -> None:
    def other(book: openpyxl.Workbook) -> None:
        book.active["A1"] = "Exhibit 1"
        book.create_sheet("Empty")

    title = '"U.S. International Trade in Goods and Services, ..."'
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


FILES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda data: b"", "is empty"),
    "an old workbook": (
        lambda data: OLE, "is an old workbook (.xls) by its content; save it as .xlsx"),
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
        "is no workbook (.xlsx): xl/worksheets/sheet1.xml declares a document type"),
    "a number that is none": (
        lambda data: changed_part(
            data, SHEET, lambda xml: xml.replace(b"<v>-2026</v>", b"<v>many</v>")),
        "is damaged, or no workbook: invalid literal for int() with base 10: 'many' (ValueError)"),
    "a string that is not there": (
        lambda data: changed_part(
            data, "xl/sharedStrings.xml", lambda xml: re.sub(rb"<si>.*</si>", b"", xml)),
        "is damaged, or no workbook: list index out of range (IndexError)"),
    "rows out of order": (
        lambda data: changed_part(data, SHEET, lambda xml: xml.replace(b'"B51"', b'"B52"', 1)),
        "exhibit_history: is damaged: its rows are out of order"),
    "a row beyond all bounds": (
        lambda data: changed_part(
            data, SHEET, lambda xml: xml.replace(b'<row r="51"', b'<row r="99999999999"', 1)),
        "exhibit_history: more than 2,000,000 cells are in use; delete what is not the table"),
    "much when unpacked": (
        lambda data: zipped({"[Content_Types].xml": bytes(50_000_000)}),
        "has 50,000,000 bytes when unpacked; a workbook of this table has a million"),
    "much": (
        lambda data: b"PK" + bytes(20_000_000),
        "has 20,000,002 bytes; a workbook of this table has less than a million"),
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
    except normalizer.Refused as refused:
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
    except normalizer.Refused as refused:
        assert all(str(fault).startswith("some.xlsx: ") for fault in refused.faults)
    else:
        text = "\n".join(release.text.lines).encode()
        again = normalizer.Release(normalizer.Text("some.txt", text))
        assert [row.cells for row in again.rows()] == [row.cells for row in release.rows()]


# --------------------------------------------------------------------------- the command


def normalized(folder: Path, **modules: str) -> subprocess.CompletedProcess[str]:
    """Run the normaliser on folder/releases in a process in which these modules are missing."""
    (folder / "seeds").mkdir(exist_ok=True)
    missing = "".join(f"sys.modules[{name!r}] = None; " for name in modules.values())
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'scripts')!r}); {missing}"
        "import normalize_release; status = normalize_release.main(sys.argv[1:]); "
        "print(sorted({'openpyxl', 'workbook', 'zipfile'} & sys.modules.keys())); sys.exit(status)"
    )
    arguments = ["--releases", folder / "releases", "--seeds", folder / "seeds"]
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )


def folder_with(folder: Path, files: Iterable[tuple[str, bytes]]) -> Path:
    (folder / "releases").mkdir()
    for name, data in files:
        (folder / "releases" / name).write_bytes(data)
    return folder


def test_a_text_is_read_without_openpyxl(sound: bytes, tmp_path: Path) -> None:
    folder_with(tmp_path, [("2024-02.txt", COMMITTED.encode())])
    done = normalized(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    loaded = done.stdout.splitlines()[-1]
    assert "openpyxl" not in loaded
    assert "workbook" not in loaded
    assert normalized(tmp_path, missing="openpyxl").returncode == 0


def test_a_workbook_without_openpyxl_is_refused(sound: bytes, tmp_path: Path) -> None:
    folder_with(tmp_path, [("2024-02.xlsx", sound)])
    done = normalized(tmp_path, missing="openpyxl")
    place = tmp_path / "releases" / "2024-02.xlsx"
    assert done.returncode == 1
    assert done.stderr == (
        f"{place}: a workbook is read with openpyxl, which is not installed; install "
        "requirements.lock, or save the sheet as text (tab-separated)\nnothing was written\n"
    )


def test_a_release_as_text_and_as_workbook_and_files_that_are_neither(
    sound: bytes, tmp_path: Path
) -> None:
    book = made(put("F55", "x"))
    folder_with(
        tmp_path,
        [
            ("2024-02.txt", COMMITTED.encode()), ("2024-02.xlsx", sound), ("a.XLSX", book),
            ("b.xls", OLE), ("c.ods", sound),
        ],
    )  # fmt: skip
    done = normalized(tmp_path)
    assert done.returncode == 1
    assert done.stderr.replace(f"{tmp_path / 'releases'}{os.sep}", "").splitlines() == [
        f"2024-02.xlsx: ends with 2024-02, as {tmp_path}/releases/2024-02.txt does; keep one of "
        "the two".replace(f"{tmp_path}/releases/", ""),
        f'a.XLSX: exhibit_history!F55: exports goods: "x" {WHOLE}',
        "b.xls: is an old workbook (.xls); save it as .xlsx",
        "c.ods: is neither a text release (.txt) nor a workbook (.xlsx); keep it elsewhere",
        "nothing was written",
    ]


def test_the_name_of_a_cell() -> None:
    assert workbook.cell_name("a", 3, 28) == "a!AB3"
    assert workbook.cell_name("a\n'b", 1, 1) == "'a\\n''b'!A1"


def test_a_workbook_builds_beside_a_text_and_its_suspects_are_named_by_cell(
    tmp_path: Path,
) -> None:
    """The whole way: a workbook is rebuilt as its text, and a wrong number has its cell."""
    project = copy_project(tmp_path / "project")
    normalize = [sys.executable, project / "scripts" / "normalize_release.py"]
    database = tmp_path / "us_trade.duckdb"
    target = project / "releases" / "2024-02.xlsx"

    target.write_bytes(made(put("F51", 64882)))
    subprocess.run(normalize, check=True)
    built = dbt("build", project=project, database=database)
    assert built.returncode == 1
    assert (
        "releases/2024-02.xlsx, sheet exhibit_history, cell F51: exports goods, March 1995 reads "
        "64,882; the identities say 46,882 (46,881 to 46,883)"
    ) in built.stdout.split("\n")

    target.write_bytes(made())
    subprocess.run(normalize, check=True)
    built = dbt("build", project=project, database=database)
    assert built.returncode == 0, built.stdout
    with duckdb.connect(database, read_only=True) as connection:
        lines = connection.execute(
            "select line_text from marts.mart_release_text order by line_number"
        ).fetchall()
        release = connection.execute(
            "select source_format, sheet_name, row_offset, sha256, text_sha256 "
            "from marts.dim_release"
        ).fetchall()
    assert [line for (line,) in lines] == ONE_PAGE
    text = "\n".join(ONE_PAGE).encode()
    assert release[0][:3] == ("workbook", "exhibit_history", OFFSET)
    assert release[0][4] == hashlib.sha256(text).hexdigest() != release[0][3]
