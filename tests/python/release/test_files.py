"""The files that a release comes in: read to the cells of its text, or refused by file and cell.

The workbooks are made here from texts, as they are published; no program at hand writes an old
one, so these are written from scratch (support/old_workbook.py).
"""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from proofs.made_up_releases import EXHIBIT_FOOT, EXHIBIT_TITLE, EXHIBIT_UNITS, PART, as_bundle
from support.old_workbook import ERROR, cells_of, old_workbook, record
from support.reading import EXHIBIT, HISTORY, TEXTS, edited, faults_of, rows_of
from xlsxwriter.utility import xl_cell_to_rowcol

from project import ROOT
from release import Refused, read_release
from release.reader import MOST_BYTES, read

# --------------------------------------------------------------------------- texts

BYTE = '{}: "{}" is in the line; expected UTF-8 text whose lines all end in LF, or all in CRLF'
TABS = (
    "some.txt: has no tabs between fields; save the sheet as text (tab-separated), or put the "
    "workbook (.xlsx) here itself"
)
CRLF = HISTORY.replace("\n", "\r\n")
WHOLE = "is not a whole number of millions"


def with_cell(column: int, words: str) -> str:
    return edited(HISTORY, ["cell", 12, column, words])


BYTES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "some.txt: is empty"),
    "words": (b"hello\n", TABS),
    "binary": (b"PK\x03\x04\n\x00\xff", BYTE.format(1, r"\x03")),
    "a terminal's escape": (with_cell(3, "\x9b2J").encode(), BYTE.format(12, r"\x9b")),
    "Latin-1": (with_cell(1, "February\xa0").encode("latin-1"), BYTE.format(12, r"\xa0")),
    "a surrogate": (HISTORY.encode() + b"\xed\xa0\x80", BYTE.format(53, r"\xed")),
    "UTF-16": (HISTORY.encode("utf-16"), BYTE.format(1, r"\xff")),
    "UTF-16 without a mark": (HISTORY.encode("utf-16-le"), BYTE.format(2, r"\x00")),
    "one LF among CRLF": (CRLF.replace("\r\n", "\n", 1).encode(), BYTE.format(2, r"\r")),
    "one CRLF among LF": (edited(HISTORY, ["add", 12, "\r"]).encode(), BYTE.format(12, r"\r")),
    "CR alone": (HISTORY.replace("\n", "\r").encode(), BYTE.format(1, r"\r")),
    "CRLF cut in two": (CRLF.encode() + b"\r", BYTE.format(53, r"\r")),
    "what cannot be seen": (
        with_cell(3, "5\u200b").encode(), f'12: balance goods: "5\\u200b" {WHOLE}'),
}  # fmt: skip


@pytest.mark.parametrize("name", BYTES)
def test_bytes_that_are_no_text(name: str) -> None:
    data, expected = BYTES[name]
    assert faults_of(data) == [expected]


# --------------------------------------------------------------------------- workbooks

Cells = dict[tuple[int, int], Any]
TABLE = cells_of(HISTORY)
SHEET = "xl/worksheets/sheet1.xml"


def workbook(
    cells: Cells = TABLE, *names: str, add: Callable[[xlsxwriter.Workbook], object] = id
) -> bytes:
    """Return a workbook with these cells in each of the sheets, in 1 if none is named."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"default_date_format": "mmmm"}) as book:
        for name in names or ("1",):
            sheet = book.add_worksheet(name)
            for place, value in cells.items():
                if value == ERROR or value == "=":
                    sheet.write_formula(*place, "=1/0", None, value.strip("="))
                else:
                    sheet.write(*place, value)
        add(book)
    return file.getvalue()


def put(cell: str, value: Any) -> Cells:
    return TABLE | {xl_cell_to_rowcol(cell): value}


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def replaced(*changes: tuple[bytes, bytes]) -> bytes:
    """Return the sound workbook with other XML, in whatever part it is."""
    with zipfile.ZipFile(io.BytesIO(SOUND)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for old, new in changes:
        assert any(old in xml for xml in parts.values())
        parts = {name: xml.replace(old, new) for name, xml in parts.items()}
    return zipped(parts)


SOUND = workbook()
OLD = old_workbook(TABLE)
EXHIBIT_BOOK = workbook(cells_of(EXHIBIT))


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("suffix", [".xlsx", ".xls"])
def test_a_workbook_is_read_to_the_cells_of_its_text(name: str, suffix: str) -> None:
    text = TEXTS[name]
    data = (workbook if suffix == ".xlsx" else old_workbook)(cells_of(text))
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


def guarded(book: xlsxwriter.Workbook) -> None:
    [sheet] = book.worksheets()
    sheet.protect("secret")
    sheet.set_row(11, None, None, {"hidden": True})
    sheet.merge_range("A1:J1", "")
    for place in ("A60000", "XFD12"):
        sheet.write_blank(place, None, book.add_format({"num_format": "0.00"}))


def more_sheets(book: xlsxwriter.Workbook) -> None:
    book.add_worksheet("Notes").write("A1", "See 1")
    book.add_worksheet("Empty")
    book.add_worksheet("Old").very_hidden()
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "='1'!$B$12:$B$23"})
    book.add_chartsheet("Chart").set_chart(chart)


NUMBER = b"<v>%d</v>" % TABLE[12, 5]
OPEN = b"schemas.openxmlformats.org/"
VARIANTS: dict[str, bytes] = {
    "numbers as text": workbook({
        at: f' "{value:,}" ' if at[0] > 8 and isinstance(value, int) and at[1] else value
        for at, value in TABLE.items()}),
    "header words on two lines": workbook(put("F8", "Goods\n(1)")),
    "protected, hidden, merged, formats far below and to the right": workbook(add=guarded),
    "other sheets, and a chart sheet": workbook(add=more_sheets),
    "a formula with its value": replaced((NUMBER, b"<f>1+1</f>" + NUMBER)),
    "Strict Open XML": replaced(
        (OPEN + b"spreadsheetml/2006/main", b"purl.oclc.org/ooxml/spreadsheetml/main"),
        (OPEN + b"officeDocument/2006/relationships\"", b"purl.oclc.org/ooxml/officeDocument/rela"
         b"tionships\"")),
}  # fmt: skip


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_of_a_workbook_is_read_to_the_same_text(name: str) -> None:
    expected = read("some.xlsx", SOUND, ".xlsx").text.lines
    assert read("some.xlsx", VARIANTS[name], ".xlsx").text.lines == expected


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
    ("F13", "", BLANK),
    ("F13", ERROR, BLANK),
    ("F13", "=", BLANK),  # a formula without a value
    ("F13", datetime.date(1995, 3, 1), f'exports goods: "1995-03-01" {WHOLE}'),
    ("A11", datetime.date(1995, 3, 1), '"1995-03-01" is a date; expected the name of a month'),
    ("D9", 5, f'"2022" {LABEL}'),
    ("L14", "see note", 'column 12 is none of the nine series, yet reads "see note"'),
    ("IS12", "x", 'column 253 is none of the nine series, yet reads "x"'),
    ("C20000", "x", f"a blank label {LABEL}"),
    ("A54", "(2) See\x9b2J below", BYTE.format("", r"\x9b")[2:]),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "value", "fault"), CELLS)
def test_a_fault_of_a_cell_is_reported_with_its_name(cell: str, value: Any, fault: str) -> None:
    """In a new workbook and, but for dates and formulas, in an old one."""
    cells = put(cell, value)
    assert faults_of(workbook(cells), ".xlsx") == [f"'1'!{cell}: {fault}"]
    if not isinstance(value, datetime.date) and value != "=":
        assert faults_of(old_workbook(cells), ".xls") == [f"'1'!{cell}: {fault}"]


# --------------------------------------------------------------------------- files


def flagged(data: bytes) -> bytes:
    """Every part marked as protected by a password, in the zip file's own list of them."""
    return re.sub(rb"(PK\x01\x02.{4}).", b"\\1\x01", data, flags=re.DOTALL)


def with_a_part_twice() -> bytes:
    file = io.BytesIO(SOUND)
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(file, "a") as archive:
        archive.writestr(SHEET, b"")
    return file.getvalue()


ZIPPED = as_bundle(EXHIBIT_BOOK)
NONE = "damaged, protected by a password, or no workbook (.xlsx, .xls): "
KIND = f"{NONE}CalamineError: Cannot detect file format"
FAR = "damaged, or has a cell far from the table: it takes too much memory or time to read"
ZIP = "some.zip: is damaged: File"
FILES: dict[str, tuple[str, bytes, str]] = {
    "empty": (".xlsx", b"", "some.xlsx: is empty"),
    "a page": (".xlsx", b"<!DOCTYPE html><html>Not found</html>", KIND),
    "a password": (".xlsx", flagged(SOUND), f"{NONE}File "),
    "half a file": (".xlsx", SOUND[: len(SOUND) // 2], KIND),
    "a part that is damaged": (
        ".xlsx", SOUND.replace(b"xl/worksheets", b"xl/worksheet5", 1), f"{NONE}{SHEET} is not who"),
    "a part twice": (".xlsx", with_a_part_twice(), f"{NONE}a part is there twice"),
    "a part that is not there": (
        ".xlsx", replaced((b'"worksheets/', b'"sheets/')), f"{NONE}WorksheetNotFound: 1"),
    "XML that does not close": (
        ".xlsx", replaced((b"</sheetData>", b"")), f"{NONE}XmlError: sheetData"),
    "a number that is none": (
        ".xlsx", replaced((NUMBER, b"<v>many</v>")), f'\'1\'!F13: exports goods: "many" {WHOLE}'),
    "a cell in the last corner of a sheet": (".xlsx", workbook(put("XFD1048576", "x")), FAR),
    "a cell far to the right": (".xlsx", workbook(put("XFD60", "x")), FAR),
    "much when unpacked": (
        ".xlsx", zipped({"[Content_Types].xml": bytes(50_000_000)}),
        f"{NONE}it has more than 5,000,000 bytes when unpacked"),
    "much": (".xlsx", b"PK" + bytes(5_000_000), "some.xlsx: has 5,000,002 bytes; a release has"),
    "no sheet with cells": (".xlsx", workbook({}), "some.xlsx: has no sheet with cells"),
    "no title": (".xlsx", workbook(put("A3", "=")), "some.xlsx: has no title; those that are read"),
    "two titles": (
        ".xlsx", workbook(TABLE, "Bob's table", "Table2"),
        "some.xlsx: the sheets 'Bob''s table', Table2 all have the title of the release; keep one"),
    "a password of an old one": (
        ".xls", old_workbook(TABLE, in_globals=record(0x002F, b"\1\0\1\0")), KIND),
    "a cell in the last corner": (".xls", old_workbook(TABLE | {(65_535, 255): 5}), FAR),
    "a size beyond all bounds": (".xls", old_workbook(TABLE, size=(2**31, 65_000)), FAR),
    "no exhibit": (
        ".zip", zipped({"exh2.xlsx": SOUND}), "some.zip: holds no exh1.xlsx or exh1.xls"),
    "two exhibits": (
        ".zip", zipped({"a/exh1.xlsx": SOUND, "b/EXH1.xls": SOUND}),
        "some.zip: holds a/exh1.xlsx, b/EXH1.xls; expected one"),
    "an exhibit that is much": (
        ".zip", zipped({"exh1.xlsx": bytes(6_000_000)}),
        "some.zip/exh1.xlsx: has 6,000,000 bytes; a release has less than 5,000,000"),
    "a bundle with a password": (".zip", flagged(ZIPPED), f"{ZIP} 'exh1.xlsx' is encrypted, passw"),
    "a page for a bundle": (".zip", b"<!DOCTYPE html><html>", f"{ZIP} is not a zip file"),
    "an exhibit that is none": (
        ".zip", zipped({"exh1.xls": b"-"}), f"some.zip/exh1.xls: is {KIND}"),
    "an exhibit with a fault": (
        ".zip", as_bundle(workbook(cells_of(edited(EXHIBIT, ["say", 51, "April", "March"])))),
        'some.zip/exh1.xlsx: \'1\'!A51: is "March data as published last month:"; expected "A'),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_holds_no_release(name: str) -> None:
    suffix, data, expected = FILES[name]
    [fault] = faults_of(data, suffix)
    assert fault.startswith((expected, f"some{suffix}: is {expected}"))


def test_where_memory_has_no_limit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """macOS refuses RLIMIT_AS: the process reads all the same."""
    program = (ROOT / "scripts" / "release" / "workbook_process.py").read_text()
    changed = tmp_path / "process.py"
    changed.write_text(program.replace("(most, most)", "(most, most - 1)"))
    monkeypatch.setattr("release.workbook.PROGRAM", changed)
    assert changed.read_text() != program
    assert read("some.xls", OLD, ".xls").release_id == "2024-02"


EXHIBITS = {
    "exh1.xlsx": EXHIBIT_BOOK, "2023/ft900/EXH1.XLSX": EXHIBIT_BOOK,
    "exh1.xls": old_workbook(cells_of(EXHIBIT)),
}  # fmt: skip


@pytest.mark.parametrize("name", EXHIBITS)
def test_the_exhibit_of_a_bundle(name: str) -> None:
    parts = {name: EXHIBITS[name], "__MACOSX/._exh1.xlsx": b"-"}
    release = read("some.zip", zipped(parts), ".zip")
    assert (release.release_id, release.member) == ("2023-05", name)
    assert release.text.lines == read("some.xlsx", EXHIBIT_BOOK, ".xlsx").text.lines


NAMES = {
    "2023-05.zip": "", "a.zip": "", "ft900xlsx.zip": "", "FT900xls_2305 (1).zip": "",
    "2023-13.txt": "", "2023-04.zip": "2023-04", "2023-06.TXT": "2023-06",
    "ft900xlsx_2304.zip": "2023-04", "ft900xls_2304-b.zip": "2023-04",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_month_in_the_name_of_a_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(ZIPPED if path.suffix == ".zip" else EXHIBIT.encode())
    if not NAMES[name]:
        assert read_release(path).release_id == "2023-05"
        return
    with pytest.raises(Refused, match=f"ends with 2023-05, yet is named for {NAMES[name]}; is it"):
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
    with pytest.raises(Refused, match=f"has 4,294,967,296 bytes; .*{MOST_BYTES[suffix]:,}"):
        read_release(path)
