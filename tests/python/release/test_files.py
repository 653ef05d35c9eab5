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
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet
from proofs.made_up_releases import EXHIBIT_FOOT, EXHIBIT_TITLE, EXHIBIT_UNITS, PART, as_bundle
from support.old_workbook import DIVISION_BY_ZERO, cells_of, old_workbook, record
from support.reading import EXHIBIT, HISTORY, TEXTS, edited, faults_of, rows_of

from project import ROOT
from release import Refused, read_bundle, read_release
from release.reader import MOST_BYTES, read, read_text

# --------------------------------------------------------------------------- texts

UTF8 = "is not UTF-8; save the file as UTF-8 text"
CONTROL = "is not text: it holds the control character"
LONE_CR = "has a CR within the line; save with LF or CRLF line ends"
CRLF = HISTORY.replace("\n", "\r\n")


def with_cell(column: int, words: str) -> str:
    return edited(HISTORY, ["cell", 12, column, words])


BYTES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "some.txt: is empty"),
    "binary": (b"PK\x03\x04\n\x00\xff", f"1: {CONTROL} 0x03"),
    "a null": (with_cell(3, "1\0").encode(), f"12: {CONTROL} 0x00"),
    "a terminal's escape": (with_cell(3, "\x9b2J").encode(), f"12: {CONTROL} 0x9b"),
    "Latin-1": (with_cell(1, "February\xa0").encode("latin-1"), f"12: the byte 0xa0 {UTF8}"),
    "Windows dash": (with_cell(2, "\u20135").encode("cp1252"), f"12: the byte 0x96 {UTF8}"),
    "a surrogate": (HISTORY.encode() + b"\xed\xa0\x80", f"53: the byte 0xed {UTF8}"),
    "UTF-16": (HISTORY.encode("utf-16"), "some.txt: is UTF-16; save it as UTF-8 text"),
    "UTF-16 without a mark": (HISTORY.encode("utf-16-le"), f"2: {CONTROL} 0x00"),
    "one LF among CRLF": (
        CRLF.replace("\r\n", "\n", 1).encode(),
        "1: ends in LF, other lines in CRLF; save with one of them"),
    "one CRLF among LF": (
        edited(HISTORY, ["add", 12, "\r"]).encode(),
        "12: ends in CRLF, other lines in LF; save with one of them"),
    "CR alone": (HISTORY.replace("\n", "\r").encode(), f"1: {LONE_CR}"),
    "CR twice": (CRLF.replace("\r", "\r\r").encode(), f"1: {LONE_CR}"),
    "CRLF cut in two": (CRLF.encode() + b"\r", f"53: {LONE_CR}"),
    "what cannot be seen": (
        with_cell(3, "5\u200b").encode(),
        '12: balance goods: "5\\u200b" is not a whole number of millions'),
}  # fmt: skip


@pytest.mark.parametrize("name", BYTES)
def test_bytes_that_are_no_text(name: str) -> None:
    data, expected = BYTES[name]
    assert faults_of(data) == [expected]


@pytest.mark.parametrize("data", [b"\n", b"\xef\xbb\xbf", b"hello\n", b"a,b\n1,2\n"])
def test_texts_that_are_no_release(data: bytes) -> None:
    assert [fault[:22] for fault in faults_of(data)] == [
        "some.txt: has no title", "some.txt: has no units", "some.txt: has no data:",
        "some.txt: does not end",
    ]  # fmt: skip


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
    plain = read_text("some.txt", text.encode())
    assert [(row.year, row.period_type, row.cells) for row in release.rows] == [
        (row.year, row.period_type, row.cells) for row in plain.rows
    ]
    assert (release.source_format, release.sheet_name) == ("workbook", "1")
    seeds, offset = rows_of(release), int(release.row_offset)
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
    "numbers as text, with U+2212": made(each(lambda it: f"{it}".replace("-", "\u2212"))),
    "quoted": made(each(lambda cell: f'"{cell:,}"')),
    "years as floats": made(each(lambda it: float(it) if isinstance(it, int) else it, "A9:A50")),
    "no-break spaces": made(each(lambda it: f"{it}".replace(" ", "\u00a0") + "\u00a0", "A9:A50")),
    "header words on two lines": made(put("F8", "Goods\n(1)")),
    "a header over the middle of its columns": made(
        *(put(cell, None) for cell in ("B7", "E7", "H7")),
        *(put(cell, words) for cell, words in (
            ("C7", "Balance"), ("F7", "Exports"), ("I7", " Imports")))),
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


WHOLE = "is not a whole number of millions"
FORMULA = "holds a formula without a value; open the workbook in a spreadsheet program and save it"
FAR = "is not blank; the table ends before row 10,000 and column CV: delete what is not the table"
TITLES = (
    '"Exhibit 1. U.S. International Trade in Goods and Services" or '
    '"U.S. International Trade in Goods and Services, 1992 - Present"'
)
ERROR = bytes([DIVISION_BY_ZERO, 1])
# What stands in a cell; how it is reported, in a new workbook and in an old one.
CELLS: list[tuple[str, Any, str, str]] = [
    ("F13", "n/a", f'exports goods: "n/a" {WHOLE}', ""),
    ("F13", 46881.6, f'exports goods: "46881.6" {WHOLE}', ""),
    ("F13", 4688123456, 'exports goods: "4,688,123,456" is too large to be millions', ""),
    ("F13", 1e300, 'exports goods: "1,000,000,000,000,000,052,504,760,255,204,420,248,704,468..." '
     "is too large to be millions", ""),
    ("F13", "46,88", f'exports goods: "46,88" {WHOLE}', ""),
    ("F13", True, f'exports goods: "TRUE" {WHOLE}', ""),
    ("F13", "#REF!", 'holds the error "#REF!"', f'exports goods: "#REF!" {WHOLE}'),
    ("F13", None, "the row is incomplete: no number for exports goods", ""),
    ("F13", datetime.date(1995, 3, 1), f'exports goods: "1995-03-01" {WHOLE}', "-"),
    ("F13", "=1+1", FORMULA, "-"),
    ("A3", "=B1", FORMULA, "-"),
    ("A11", datetime.datetime(1995, 3, 1),
     '"1995-03-01" is neither a month, an annual label nor a year', "-"),
    ("D9", 5, "the year row 2022 carries numbers; expected a label alone", ""),
    ("L14", "see note", 'column L has no header, yet reads "see note"', ""),
    ("L8", "draft", 'column L has the unknown header "draft"', ""),
    ("A54", "(2) See\x9b2J below", "holds the control character 0x9b", ""),
    ("IS12", "x", FAR, ""),
    ("C20000", "x", FAR, ""),
    ("A3", "Exhibit", f'reads "Exhibit"; no cell of the sheet has the title {TITLES}', ""),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "value", "new", "old"), CELLS)
def test_a_fault_of_a_cell_is_reported_with_its_name(
    cell: str, value: Any, new: str, old: str
) -> None:
    assert faults_of(made(put(cell, value)), ".xlsx") == [f"'1'!{cell}: {new}"]
    if old != "-":
        column, row = re.fullmatch(r"([A-Z]+)([0-9]+)", cell).groups()
        at = int(row), sum(26**n * (ord(it) - 64) for n, it in enumerate(reversed(column)))
        value = bytes([value, 0]) if value is True else "" if value is None else value
        cells = dict(sorted((cells_of(HISTORY) | {at: value}).items()))
        assert faults_of(old_workbook(cells, "1"), ".xls") == [f"'1'!{cell}: {old or new}"]


def test_an_error_of_an_old_workbook() -> None:
    """calamine says nothing of it, and so the cell is blank."""
    cells = cells_of(HISTORY) | {(13, 6): ERROR}
    [fault] = faults_of(old_workbook(cells, "1"), ".xls")
    assert fault == "'1'!F13: the row is incomplete: no number for exports goods"


def test_two_sheets_with_the_title_and_none() -> None:
    twice = made(lambda sheet: sheet.parent.copy_worksheet(sheet), name="Bob's table")
    assert faults_of(twice, ".xlsx") == [
        "some.xlsx: the sheets 'Bob''s table', 'Bob''s table Copy' all have the title of the "
        "release; keep one of them"
    ]
    none = made(put("A3", "Exhibit"), lambda sheet: sheet.parent.create_sheet("Empty"))
    assert sorted(faults_of(none, ".xlsx")) == [
        f"'1'!A3: reads \"Exhibit\"; no cell of the sheet has the title {TITLES}",
        f"some.xlsx: Empty: is blank; no sheet has the title {TITLES}",
    ]


def flagged(data: bytes) -> bytes:
    """Every part marked as protected by a password, in the zip file's own list of them."""
    return re.sub(rb"(PK\x01\x02.{4}).", b"\\1\x01", data, flags=re.DOTALL)


def zipped(*parts: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return file.getvalue()


def in_a_circle(data: bytes) -> bytes:
    """The chain of sectors leads from the second of the stream back to itself."""
    tables = struct.unpack_from("<I", data, 44)[0]
    damaged = bytearray(data)
    struct.pack_into("<I", damaged, 512 + 4 * (tables + 2), tables + 2)
    return bytes(damaged)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
PASSWORD = "is protected by a password; save it without one"
TOO_MUCH = "is damaged, or has a cell far from the table: it takes too much memory or time to read"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
FILES: dict[str, tuple[str, bytes, str]] = {
    "empty": (".xlsx", b"", "is empty"),
    "an old workbook": (".xlsx", OLE, "is an old workbook (.xls) by its content; name it so"),
    "a password": (".xlsx", OLE + ENCRYPTED, PASSWORD),
    "a password of a zip file": (".xlsx", flagged(SOUND), PASSWORD),
    "a page": (
        ".xlsx", b"<!DOCTYPE html><html>Not found</html>",
        'is no workbook (.xlsx): it begins with "<!DOCTYPE html><html"'),
    "a binary workbook": (
        ".xlsx", zipped(("xl/workbook.bin", b"")),
        "is a binary workbook (.xlsb); save it as Excel Workbook (.xlsx)"),
    "half a file": (
        ".xlsx", SOUND[: len(SOUND) // 2], "is damaged, or no workbook: File is not a zip file"),
    "a part that is damaged": (
        ".xlsx", SOUND.replace(b"xl/worksheets", b"xl/worksheet5", 1),
        "is damaged, or no workbook: File name in directory 'xl/worksheets/sheet1.xml' and h"),
    "a part that is not there": (
        ".xlsx", parts_changed(SOUND, lambda part, xml: xml.replace(b"worksheets/", b"sheets/")),
        "is damaged, or no workbook: \"There is no item named 'xl/sheets/sheet1.xml' in the "),
    "XML that does not close": (
        ".xlsx", in_sheet(b"</sheetData>", b"")(SOUND),
        "is damaged, or no workbook: mismatched tag: line 1, column"),
    "a number that is none": (
        ".xlsx", in_sheet(b"<v>%d</v>" % NUMBER, b"<v>many</v>")(SOUND),
        "is damaged, or no workbook: Parse float error: invalid float literal"),
    "a cell in the last corner of a sheet": (
        ".xlsx", made(put("XFD1048576", "x")), f"'1'!XFD1048576: {FAR}"),
    "much when unpacked": (
        ".xlsx", zipped(("[Content_Types].xml", bytes(50_000_000))),
        "has 50,000,000 bytes when unpacked; a release has less than 5,000,000"),
    "much": (".xlsx", b"PK" + bytes(5_000_000), "has 5,000,002 bytes; a release has less than 5"),
    "an empty old one": (".xls", b"", "is empty"),
    "a page for an old one": (
        ".xls", b"<html>", 'is no old workbook (.xls): it begins with "<html>"'),
    "a new workbook": (".xls", SOUND, 'is no old workbook (.xls): it begins with "PK\\x03\\x04'),
    "a new workbook behind the first bytes of an old one": (
        ".xls", OLD[:512] + SOUND, "is no old workbook (.xls): it begins with"),
    "a password of a new one": (".xls", OLD + ENCRYPTED, PASSWORD),
    "a password of an old one": (
        ".xls", old_workbook(cells_of(HISTORY), in_globals=record(0x002F, b"\1\0\1\0")), PASSWORD),
    "half an old one": (".xls", OLD[: len(OLD) // 2], "is damaged, or no workbook: "),
    "a cell in the last corner": (
        ".xls", old_workbook(cells_of(HISTORY) | {(65_536, 256): 5}), TOO_MUCH),
    "a cell beyond it": (
        ".xls", old_workbook(cells_of(HISTORY) | {(65_536, 65_535): 5}), TOO_MUCH),
    "a size beyond all bounds": (
        ".xls", old_workbook(cells_of(HISTORY), size=(2**31, 65_000)), TOO_MUCH),
    "a chain of sectors in a circle": (".xls", in_a_circle(OLD), "is damaged, or "),
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
    release = read_bundle("some.zip", zipped((name, data), ("__MACOSX/._exh1.xlsx", b"-")))
    assert (release.release_id, release.member) == ("2023-05", name)
    assert release.text.lines == read("some.xlsx", EXHIBIT_BOOK, ".xlsx").text.lines


NONE = "some.zip: holds no exh1.xlsx or exh1.xls"
BUNDLES: dict[str, tuple[bytes, str]] = {
    "none": (zipped(("exh2.xlsx", SOUND)), NONE),
    "two": (
        zipped(("a/exh1.xlsx", SOUND), ("b/EXH1.xls", SOUND)),
        'some.zip: holds "a/exh1.xlsx", "b/EXH1.xls"; expected one'),
    "an exhibit that is much": (
        zipped(("exh1.xlsx", bytes(6_000_000))),
        "some.zip: its exh1.xlsx has 6,000,000 bytes; a release has less than 5,000,000"),
    "a password": (flagged(ZIPPED), f"some.zip: {PASSWORD}"),
    "a page": (
        b"<!DOCTYPE html><html>", 'some.zip: is no bundle (.zip): it begins with "<!DOCTYPE html>'),
    "empty": (b"", 'some.zip: is no bundle (.zip): it begins with ""'),
    "half a file": (ZIPPED[:5000], "some.zip: is damaged: File is not a zip file"),
    "an exhibit that is none": (
        zipped(("exh1.xlsx", b"<html>")),
        'some.zip/exh1.xlsx: is no workbook (.xlsx): it begins with "<html>"'),
    "an exhibit with a fault": (
        as_bundle(made(text=edited(EXHIBIT, ["say", 51, "April", "March"]))),
        'some.zip/exh1.xlsx: \'1\'!A51: "March data as published last month:" is in'),
}  # fmt: skip


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_is_refused(name: str) -> None:
    data, expected = BUNDLES[name]
    [fault] = faults_of(data, ".zip")
    assert fault.startswith(expected)


NAMES = {
    "2023-05.zip": "", "a.zip": "", "ft900xlsx.zip": "", "ft900xlsx_2305.zip": "",
    "FT900xls_2305 (1).zip": "", "2023-05.txt": "", "2023-13.txt": "",
    "2023-06.zip": "ends with 2023-05; is it cut off", "2023-06.TXT": "ends with 2023-05; is it",
    "ft900xlsx_2304.zip": "named for 2023-04", "ft900xls_2304-b.zip": "named for 2023-04",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_month_in_the_name_of_a_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(ZIPPED if path.suffix == ".zip" else EXHIBIT.encode())
    if not NAMES[name]:
        assert read_release(path).release_id == "2023-05"
        return
    with pytest.raises(Refused, match=NAMES[name]):
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
