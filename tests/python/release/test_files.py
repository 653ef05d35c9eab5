"""The files that a release comes in: read to the cells of its text, or refused by file and cell.

The workbooks are made here from texts, as they are published; no program at hand writes an old
one, so these are written from scratch (support/old_workbook.py).
"""

from __future__ import annotations

import datetime
import io
import itertools
import re
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet.worksheet import Worksheet
from proofs.made_up_releases import EXHIBIT_FOOT, EXHIBIT_TITLE, EXHIBIT_UNITS, PART, as_bundle
from support.old_workbook import ERROR, cells_of, old_workbook, record
from support.reading import EXHIBIT, HISTORY, TEXTS, edited, faults_of, rows_of

from project import ROOT
from release import Refused, read_release
from release.reader import MOST_BYTES, read

# --------------------------------------------------------------------------- texts

BYTE = '"{}" is in the line; expected UTF-8 text whose lines all end in LF, or all in CRLF'
TABS = (
    "some.txt: has no tabs between fields; save the sheet as text (tab-separated), or put the "
    "workbook (.xlsx) here itself"
)
CRLF = HISTORY.replace("\n", "\r\n")


def with_cell(column: int, words: str) -> str:
    return edited(HISTORY, ["cell", 12, column, words])


BYTES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", TABS),
    "words": (b"hello\n", TABS),
    "binary": (b"PK\x03\x04\n\x00\xff", "1: " + BYTE.format(r"\x03")),
    "a terminal's escape": (with_cell(3, "\x9b2J").encode(), "12: " + BYTE.format(r"\x9b")),
    "Latin-1": (with_cell(1, "February\xa0").encode("latin-1"), "12: " + BYTE.format(r"\xa0")),
    "a surrogate": (HISTORY.encode() + b"\xed\xa0\x80", "53: " + BYTE.format(r"\xed")),
    "UTF-16": (HISTORY.encode("utf-16"), "1: " + BYTE.format(r"\xff")),
    "UTF-16 without a mark": (HISTORY.encode("utf-16-le"), "2: " + BYTE.format(r"\x00")),
    "one LF among CRLF": (CRLF.replace("\r\n", "\n", 1).encode(), "2: " + BYTE.format(r"\r")),
    "one CRLF among LF": (edited(HISTORY, ["add", 12, "\r"]).encode(), "12: " + BYTE.format(r"\r")),
    "CR alone": (HISTORY.replace("\n", "\r").encode(), "1: " + BYTE.format(r"\r")),
    "CRLF cut in two": (CRLF.encode() + b"\r", "53: " + BYTE.format(r"\r")),
    "what cannot be seen": (
        with_cell(3, "5\u200b").encode(),
        '12: balance goods: "5\\u200b" is not a whole number of millions'),
}  # fmt: skip


@pytest.mark.parametrize("name", BYTES)
def test_bytes_that_are_no_text(name: str) -> None:
    data, expected = BYTES[name]
    assert faults_of(data) == [expected]


# --------------------------------------------------------------------------- workbooks

Edit = Callable[[Worksheet], object]


def put(cell: str, what: object) -> Edit:
    return lambda sheet: sheet.__setitem__(cell, what)


def made(*edits: Edit, text: str = HISTORY, name: str = "1") -> bytes:
    """Return the workbook that a text was saved from, edited; a row is a line of the text."""
    book = openpyxl.Workbook()
    [sheet] = book.worksheets
    sheet.title = name
    for (row, column), value in cells_of(text).items():
        sheet.cell(row, column, value)
    for edit in edits:
        edit(sheet)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def parts_changed(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", 8) as new:
        for part in old.namelist():
            new.writestr(part, change(part, old.read(part)))
    return file.getvalue()


def in_sheet(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Return what edits the sheet's XML in one place."""

    def change(part: str, xml: bytes) -> bytes:
        assert part != SHEET or xml.count(old) == 1
        return xml.replace(old, new) if part == SHEET else xml

    return lambda data: parts_changed(data, change)


SHEET = "xl/worksheets/sheet1.xml"
SOUND = made()
OLD = old_workbook(cells_of(HISTORY), "1")
EXHIBIT_BOOK = made(text=EXHIBIT)


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("suffix", [".xlsx", ".xls"])
def test_a_workbook_is_read_to_the_cells_of_its_text(name: str, suffix: str) -> None:
    text = TEXTS[name]
    data = made(text=text) if suffix == ".xlsx" else old_workbook(cells_of(text), "1")
    release = read(f"some{suffix}", data, suffix)
    plain = read("some.txt", text.encode(), ".txt")
    assert [(row.year, row.period_type, row.cells) for row in release.rows] == [
        (row.year, row.period_type, row.cells) for row in plain.rows
    ]
    seeds = rows_of(release)
    [table] = seeds["releases"]
    assert (table["source_format"], table["sheet_name"]) == ("workbook", "1")
    offset = int(table["row_offset"])
    assert [int(row["line_number"]) - offset for row in seeds["annual_trade"]] == [
        int(row["line_number"]) for row in rows_of(plain)["annual_trade"]
    ]
    assert {line["sheet_column"] for line in seeds["release_columns"]} == set("BCDEFGHIJ")


def test_the_text_of_a_sheet_is_laid_out_as_the_history_is() -> None:
    lines = EXHIBIT.split("\n")
    found = read("some.xlsx", EXHIBIT_BOOK, ".xlsx").text.lines
    assert found[:10] == ["", "", PART, "", EXHIBIT_TITLE, "", EXHIBIT_UNITS, "", *lines[4:6]]
    assert found[10:56] == [*lines[6:50], lines[50].rstrip(), lines[51]]
    assert found[56:] == list(EXHIBIT_FOOT)


def each(change: Callable[[Any], object], cells: str = "B9:J50") -> Edit:
    def edit(sheet: Worksheet) -> None:
        for cell in itertools.chain(*sheet[cells]):
            if cell.value is not None:
                cell.value = change(cell.value)

    return edit


def guarded(sheet: Worksheet) -> None:
    sheet.protection.sheet = True
    sheet.protection.password = "secret"
    sheet.row_dimensions[12].hidden = True
    sheet.merge_cells("A3:J3")
    for place in ("A60000", "XFD12", "B20"):
        sheet[place].number_format = "0.00"


def more_sheets(sheet: Worksheet) -> None:
    book = sheet.parent
    book.create_sheet("Notes", 0)["A1"] = "See 1"
    book.create_sheet("Empty", 0)
    other = book.create_sheet("Old")
    other.sheet_state = "veryHidden"
    other["F13"] = "=1+1"
    book.create_chartsheet("Chart")


def strict(part: str, content: bytes) -> bytes:
    """Strict Open XML, one of Excel's ways to save: other namespaces."""
    for old, new in (
        (b"schemas.openxmlformats.org/spreadsheetml/2006/main",
         b"purl.oclc.org/ooxml/spreadsheetml/main"),
        (b"schemas.openxmlformats.org/officeDocument/2006/relationships",
         b"purl.oclc.org/ooxml/officeDocument/relationships"),
    ):  # fmt: skip
        content = content if part == "[Content_Types].xml" else content.replace(old, new)
    return content


def by_xlsxwriter() -> bytes:
    """The words in a part of their own, as spreadsheet programs keep them."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("1")
        for (row, column), value in cells_of(HISTORY).items():
            sheet.write(row - 1, column - 1, value)
    return file.getvalue()


NUMBER = cells_of(HISTORY)[13, 6]
VARIANTS: dict[str, bytes] = {
    "floats": made(each(float)),
    "numbers as text": made(each(lambda cell: f" {cell:,} ")),
    "quoted": made(each(lambda cell: f'"{cell:,}"')),
    "years as floats": made(each(lambda it: float(it) if isinstance(it, int) else it, "A9:A50")),
    "no-break spaces": made(each(lambda it: f"{it}".replace(" ", "\u00a0") + "\u00a0", "A9:A50")),
    "header words on two lines": made(put("F8", "Goods\n(1)")),
    "protected, hidden, merged, formats far below and to the right": made(guarded),
    "other sheets, and a chart sheet without a chart": made(more_sheets),
    "a formula with its value": in_sheet(
        b"<v>%d</v>" % NUMBER, b"<f>1+1</f><v>%d</v>" % NUMBER)(SOUND),
    "Strict Open XML": parts_changed(SOUND, strict),
    "shared strings": by_xlsxwriter(),
}  # fmt: skip


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_of_a_workbook_is_read_to_the_same_text(name: str) -> None:
    expected = read("some.xlsx", SOUND, ".xlsx").text.lines
    assert read("some.xlsx", VARIANTS[name], ".xlsx").text.lines == expected


@pytest.mark.parametrize("flows", [{"B": "Balance", "F": "Exports", "I": " Imports"}, {
    "C": "Balance", "F": "Exports", "I": "Imports"}])  # fmt: skip
def test_a_flow_may_be_centered_over_its_columns(flows: dict[str, str]) -> None:
    flows = dict.fromkeys("BEH") | flows
    data = made(*(put(f"{column}7", words) for column, words in flows.items()))
    rows, expected = (read("some.xlsx", it, ".xlsx").rows for it in (data, SOUND))
    assert [row.cells for row in rows] == [row.cells for row in expected]


WHOLE = "is not a whole number of millions"
BLANK = "the row is incomplete: no number for exports goods"
LABEL = "has fields beside it, yet is neither a month nor an annual label"
# What stands in a cell, and how it is reported.
CELLS: list[tuple[str, Any, str]] = [
    ("F13", "n/a", f'exports goods: "n/a" {WHOLE}'),
    ("F13", 46881.6, f'exports goods: "46881.6" {WHOLE}'),
    ("F13", 4688123456, 'exports goods: "4,688,123,456" is too large to be millions'),
    ("F13", 1e300, 'exports goods: "1,000,000,000,000,000,052,504,760,255,204,420,248,704,468..." '
     "is too large to be millions"),
    ("F13", "46,88", f'exports goods: "46,88" {WHOLE}'),
    ("F13", True, f'exports goods: "True" {WHOLE}'),
    ("F13", None, BLANK),
    ("F13", ERROR, BLANK),
    ("F13", "=1+1", BLANK),
    ("F13", datetime.date(1995, 3, 1), f'exports goods: "1995-03-01" {WHOLE}'),
    ("A11", datetime.datetime(1995, 3, 1), '"1995-03-01" is a date; expected the name of a month'),
    ("D9", 5, f'"2022" {LABEL}'),
    ("L14", "see note", 'column 12 is none of the nine series, yet reads "see note"'),
    ("IS12", "x", 'column 253 is none of the nine series, yet reads "x"'),
    ("C20000", "x", f"a blank label {LABEL}"),
    ("A54", "(2) See\x9b2J below", BYTE.format(r"\x9b")),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "value", "fault"), CELLS)
def test_a_fault_of_a_cell_is_reported_with_its_name(cell: str, value: Any, fault: str) -> None:
    """In a new workbook and, but for dates and formulas, in an old one."""
    new = made(put(cell, "#REF!" if value == ERROR else value))
    assert faults_of(new, ".xlsx") == [f"'1'!{cell}: {fault}"]
    if not isinstance(value, datetime.date) and value != "=1+1":
        at = coordinate_to_tuple(cell)
        value = bytes([value, 0]) if value is True else "" if value is None else value
        cells = dict(sorted((cells_of(HISTORY) | {at: value}).items()))
        assert faults_of(old_workbook(cells, "1"), ".xls") == [f"'1'!{cell}: {fault}"]


def test_two_sheets_with_the_title_and_none() -> None:
    twice = made(lambda sheet: sheet.parent.copy_worksheet(sheet), name="Bob's table")
    assert faults_of(twice, ".xlsx") == [
        "some.xlsx: the sheets 'Bob''s table', 'Bob''s table Copy' all have the title of the "
        "release; keep one of them"
    ]
    none = made(lambda sheet: sheet.parent.create_sheet("Empty", 0), put("A3", "=B1"))
    assert faults_of(none, ".xlsx") == [
        'some.xlsx: has no title; those that are read are "Exhibit 1. U.S. International Trade in '
        'Goods and Services" and "U.S. International Trade in Goods and Services, 1992 - Present"'
    ]
    assert faults_of(made(text=""), ".xlsx") == ["some.xlsx: has no sheet with cells"]


def flagged(data: bytes) -> bytes:
    """Every part marked as protected by a password, in the zip file's own list of them."""
    return re.sub(rb"(PK\x01\x02.{4}).", b"\\1\x01", data, flags=re.DOTALL)


def zipped(*parts: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return file.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    file = io.BytesIO(data)
    with (
        warnings.catch_warnings(action="ignore"),
        zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive,
    ):
        archive.writestr(name, content)
    return file.getvalue()


def in_a_circle(data: bytes) -> bytes:
    """The chain of sectors leads from the second of the stream back to itself."""
    tables = struct.unpack_from("<I", data, 44)[0]
    damaged = bytearray(data)
    struct.pack_into("<I", damaged, 512 + 4 * (tables + 2), tables + 2)
    return bytes(damaged)


NONE = "is damaged, protected by a password, or no workbook (.xlsx, .xls): "
KIND = f"{NONE}CalamineError: Cannot detect file format"
FAR = "is damaged, or has a cell far from the table: it takes too much memory or time to read"
FILES: dict[str, tuple[str, bytes, str]] = {
    "empty": (".xlsx", b"", KIND),
    "a page": (".xlsx", b"<!DOCTYPE html><html>Not found</html>", KIND),
    "a password": (".xlsx", flagged(SOUND), f"{NONE}File 'docProps/app.xml' is encrypted, passwo"),
    "half a file": (".xlsx", SOUND[: len(SOUND) // 2], KIND),
    "a part that is damaged": (
        ".xlsx", SOUND.replace(b"xl/worksheets", b"xl/worksheet5", 1),
        f"{NONE}xl/worksheets/sheet1.xml is not whole"),
    "a part twice": (".xlsx", with_part(SOUND, SHEET, b""), f"{NONE}a part is there twice"),
    "a part that is not there": (
        ".xlsx", parts_changed(SOUND, lambda part, xml: xml.replace(b"worksheets/", b"sheets/")),
        f"{NONE}WorksheetNotFound: 1"),
    "XML that does not close": (
        ".xlsx", in_sheet(b"</sheetData>", b"")(SOUND), f"{NONE}XmlError: sheetData"),
    "a number that is none": (
        ".xlsx", in_sheet(b"<v>%d</v>" % NUMBER, b"<v>many</v>")(SOUND),
        f"{NONE}CalamineError: Parse float error: invalid float literal"),
    "a cell in the last corner of a sheet": (".xlsx", made(put("XFD1048576", "x")), FAR),
    "a cell far to the right": (".xlsx", made(put("XFD60", "x"), put("A99", "x")), FAR),
    "much when unpacked": (
        ".xlsx", zipped(("[Content_Types].xml", bytes(50_000_000))),
        f"{NONE}it has more than 5,000,000 bytes when unpacked"),
    "much": (".xlsx", b"PK" + bytes(5_000_000), "has 5,000,002 bytes; a release has less than 5"),
    "a password of an old one": (
        ".xls", old_workbook(cells_of(HISTORY), in_globals=record(0x002F, b"\1\0\1\0")), KIND),
    "half an old one": (".xls", OLD[: len(OLD) // 2], KIND),
    "a cell in the last corner": (
        ".xls", old_workbook(cells_of(HISTORY) | {(65_536, 256): 5}), FAR),
    "a size beyond all bounds": (
        ".xls", old_workbook(cells_of(HISTORY), size=(2**31, 65_000)), FAR),
    "a chain of sectors in a circle": (".xls", in_a_circle(OLD), NONE),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_valid_workbook(name: str) -> None:
    suffix, data, expected = FILES[name]
    [fault] = faults_of(data, suffix)
    assert fault.removeprefix(f"some{suffix}: ").startswith(expected)


def test_where_memory_has_no_limit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """macOS refuses RLIMIT_AS: the process reads all the same."""
    program = (ROOT / "scripts" / "release" / "workbook_process.py").read_text()
    changed = tmp_path / "process.py"
    changed.write_text(program.replace("(most, most)", "(most, most - 1)"))
    monkeypatch.setattr("release.workbook.PROGRAM", changed)
    assert changed.read_text() != program
    assert read("some.xls", OLD, ".xls").release_id == "2024-02"


# --------------------------------------------------------------------------- bundles

ZIPPED = as_bundle(EXHIBIT_BOOK)
OLD_EXHIBIT = old_workbook(cells_of(EXHIBIT), "1")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("exh1.xlsx", EXHIBIT_BOOK), ("EXH1.XLSX", EXHIBIT_BOOK), ("exh1.xls", OLD_EXHIBIT),
        ("2023/ft900/exh1.xlsx", EXHIBIT_BOOK),
    ],
)  # fmt: skip
def test_the_exhibit_of_a_bundle(name: str, data: bytes) -> None:
    release = read("some.zip", zipped((name, data), ("__MACOSX/._exh1.xlsx", b"-")), ".zip")
    assert (release.release_id, release.member) == ("2023-05", name)
    assert release.text.lines == read("some.xlsx", EXHIBIT_BOOK, ".xlsx").text.lines


BROKEN = "some.zip: is damaged: File is not a zip file"
BUNDLES: dict[str, tuple[bytes, str]] = {
    "none": (zipped(("exh2.xlsx", SOUND)), "some.zip: holds no exh1.xlsx or exh1.xls"),
    "two": (
        zipped(("a/exh1.xlsx", SOUND), ("b/EXH1.xls", SOUND)),
        "some.zip: holds a/exh1.xlsx, b/EXH1.xls; expected one"),
    "an exhibit that is much": (
        zipped(("exh1.xlsx", bytes(6_000_000))),
        "some.zip/exh1.xlsx: has 6,000,000 bytes; a release has less than 5,000,000"),
    "a password": (
        flagged(ZIPPED),
        "some.zip: is damaged: File 'exh1.xlsx' is encrypted, password"),
    "a page": (b"<!DOCTYPE html><html>", BROKEN),
    "half a file": (ZIPPED[:5000], BROKEN),
    "an exhibit that is none": (zipped(("exh1.xlsx", b"<html>")), f"some.zip/exh1.xlsx: {KIND}"),
    "an exhibit with a fault": (
        as_bundle(made(text=edited(EXHIBIT, ["say", 51, "April", "March"]))),
        'some.zip/exh1.xlsx: \'1\'!A51: is "March data as published last month:"; expected "A'),
}  # fmt: skip


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_is_refused(name: str) -> None:
    data, expected = BUNDLES[name]
    [fault] = faults_of(data, ".zip")
    assert fault.startswith(expected)


@pytest.mark.parametrize(
    "name", ["2023-05.zip", "a.zip", "ft900xlsx.zip", "FT900xls_2305 (1).zip", "2023-13.txt"]
)
def test_a_file_that_is_named_for_its_month_or_none(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(ZIPPED if path.suffix == ".zip" else EXHIBIT.encode())
    assert read_release(path).release_id == "2023-05"


@pytest.mark.parametrize(
    "name", ["2023-04.zip", "2023-04.TXT", "ft900xlsx_2304.zip", "ft900xls_2304-b.zip"]
)
def test_a_file_that_is_named_for_another_month(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(ZIPPED if path.suffix == ".zip" else EXHIBIT.encode())
    with pytest.raises(Refused, match="ends with 2023-05, yet is named for 2023-04; is it cut off"):
        read_release(path)


@pytest.mark.parametrize("suffix", MOST_BYTES)
def test_a_file_that_is_too_large_is_not_read(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sparse file of 4 GB would end in a MemoryError, if it were read."""
    path = tmp_path / f"a{suffix}"
    with path.open("wb") as file:
        file.truncate(4 << 30)
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} was read"))
    with pytest.raises(Exception, match=f"has 4,294,967,296 bytes; .*{MOST_BYTES[suffix]:,}"):
        read_release(path)
