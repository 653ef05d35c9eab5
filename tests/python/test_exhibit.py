"""Exhibit 1 of the news release: as text, as a sheet, in a bundle; read, or refused by its place.

The exhibits are made up from the committed release (proofs/made_up_releases.py).  The oracle is
that release, and each exhibit's own text, which must be rebuilt from the seeds byte for byte.
"""

from __future__ import annotations

import csv
import hashlib
import io
import random
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from proofs.made_up_releases import (
    EXHIBIT_FOOT,
    EXHIBIT_TITLE,
    EXHIBIT_UNITS,
    PART,
    Published,
    as_bundle,
    as_workbook,
    made_up_exhibit,
    made_up_release,
    summed,
)
from support.builds import Build, replayed
from support.reading import damaged, read_or_refused, rebuilt, rows_of

from project import ROOT
from release import Refused, normalize, read_bundle, read_release, read_workbook
from release.reader import read_text
from release.seeds import HEADERS

COMMITTED = (ROOT / "releases" / "2024-02.txt").read_bytes().decode("ascii")
PUBLISHED = Published(COMMITTED).exactly()
# April came out higher by 40, and with May's release lower by 25; March is revised with it too.
APRIL = {(2023, 4): {"exports_goods": 40}}
MAY = {(2023, 4): {"exports_goods": -25}, (2023, 3): {"imports_services": 7}}

# What ends with May 2023, so that a test can name its lines: 2 part, 3 title, 4 units, 5 and 6
# header, 7 "2021", 8 its annual row, 9 January to May, 10-21 its months; 22-36 the same for 2022;
# 37 "2023", 38 January to May, 39-43 its months, 44-50 not printed, 51 "April data as published
# last month:", 52 that, 53 footnote, 54 and 55 the note.  A row of the sheet is the same line.
EXHIBIT = made_up_exhibit(PUBLISHED, (2023, 5), MAY, APRIL)
LINES = EXHIBIT.split("\n")
EMPTY = "\t" * 9
LATEST = (2024, 2)
MONTHS_TO_MAY = "to compare with 2023"

Edit = Callable[[list[str]], list[str]]


def put(number: int, line: str) -> Edit:
    return lambda lines: [*lines[: number - 1], line, *lines[number:]]


def say(number: int, old: str, new: str) -> Edit:
    def edit(lines: list[str]) -> list[str]:
        assert old in lines[number - 1]
        return put(number, lines[number - 1].replace(old, new, 1))(lines)

    return edit


def drop(first: int, last: int = 0) -> Edit:
    return lambda lines: lines[: first - 1] + lines[max(first, last) :]


def double(number: int) -> Edit:
    return lambda lines: lines[:number] + lines[number - 1 :]


def move(number: int, behind: int) -> Edit:
    return lambda lines: drop(number)(lines[:behind] + [lines[number - 1]] + lines[behind:])


def edited(*edits: Edit) -> str:
    lines = LINES
    for edit in edits:
        lines = edit(lines)
    return "\n".join(lines)


def text_faults(text: str) -> list[str]:
    """The faults of a text that must be refused; of ``some.txt:12:``, ``12:`` is left."""
    with pytest.raises(Refused) as refused:
        read_text("some.txt", text.encode())
    return [re.sub(r"^some\.txt:(?=\d)", "", str(fault)) for fault in refused.value.faults]


def printed_rows(text: str) -> list[tuple[str, str, list[int]]]:
    """The year, label and numbers of each row, as a person reads them."""
    rows, year = [], ""
    for line in text.split("\n"):
        label, *fields = line.split("\t")
        if label.isdecimal():
            year = label
        elif any(field.removeprefix("-")[:1].isdecimal() for field in fields):
            rows.append((year, label, [int(field.replace(",", "")) for field in fields]))
    return rows


# --------------------------------------------------------------------------- what is read


@pytest.mark.parametrize("last", [*((2023, month) for month in range(1, 13)), (2024, 1), LATEST])
def test_an_exhibit_that_ends_in_any_month(last: tuple[int, int]) -> None:
    year, month = last
    text = made_up_exhibit(PUBLISHED, last)
    release = read_text("some.txt", text.encode())
    assert (release.release_table, release.release_id) == ("exhibit_1", f"{year}-{month:02}")
    assert release.first_month == f"{year - 2}-01"
    assert (release.title, release.units_note) == (EXHIBIT_TITLE, EXHIBIT_UNITS)
    found = sorted(release.rows(), key=lambda row: row.line)
    assert [(row.label, row.cells) for row in found] == [
        (label, cells) for _, label, cells in printed_rows(text)
    ]
    previous = (year, month - 1) if month > 1 else (year - 1, 12)
    full = [(at, 1, 12) for at in (year - 2, year - 1)]
    expected = {
        "month": 24 + month,
        "as_previously_published": 1,
        "year": 3 if month == 12 else 2,
        "part_year": month < 12,
        "year_to_date": 2 * (month < 12),
    }
    assert Counter(row.period_type for row in found) == Counter(expected)
    of_kind = {
        kind: [(row.year, row.first, row.last) for row in found if row.period_type == kind]
        for kind in expected
    }
    assert of_kind["as_previously_published"] == [(*previous, previous[1])]
    assert of_kind["year"] == full + [(year, 1, 12)] * (month == 12)
    assert of_kind["part_year"] == [(year, 1, month)] * (month < 12)
    assert of_kind["year_to_date"] == [(at, 1, month) for at, _, _ in full] * (month < 12)
    for row in found:
        if row.period_type == "month":
            assert row.cells == PUBLISHED.rows[row.year, row.first]
        elif row.period_type in ("year_to_date", "part_year"):
            months = [PUBLISHED.rows[row.year, at] for at in range(1, row.last + 1)]
            assert row.cells == summed(months)
    assert rebuilt(rows_of(release)) == text.encode()


def test_the_seeds_of_an_exhibit() -> None:
    seeds = rows_of(read_text("some.txt", EXHIBIT.encode()))
    [release] = seeds["releases"]
    assert release["release_table"] == "exhibit_1"
    assert release["cell_count"] == str(9 * len(printed_rows(EXHIBIT)))
    last = seeds["monthly_trade"][-1]
    assert (last["period_type"], last["year"], last["month"]) == ("as_previously_published", "2023", "4")
    assert (last["label"], last["line_number"], last["is_revised"]) == ("", "52", "false")
    assert int(last["exports_goods"]) == PUBLISHED.rows[2023, 4][4] + 40
    revised = {row["label"] for row in seeds["monthly_trade"] if row["is_revised"] == "true"}
    assert revised == {"March (R)", "April (R)"}
    kinds = {row["line_number"]: row["kind"] for row in seeds["release_lines"]}
    assert [kinds[str(line)] for line in (1, 2, 3, 4, 5, 6, 7, 44, 51, 53, 54, 55)] == [
        "blank", "part", "title", "units", "header", "header", "year", "month not printed",
        "last print heading", "footnote", "note", "note",
    ]  # fmt: skip


def seeds_of(folder: Path, name: str, data: bytes) -> dict[str, list[dict[str, str]]]:
    for part in ("releases", "seeds"):
        (folder / part).mkdir(parents=True)
    (folder / "releases" / name).write_bytes(data)
    normalize(folder / "releases", folder / "seeds", check=False)
    return {
        seed: list(csv.DictReader(io.StringIO((folder / "seeds" / f"{seed}.csv").read_text())))
        for seed in HEADERS
    }


def test_a_sheet_and_a_bundle_are_read_to_the_cells_of_their_text(tmp_path: Path) -> None:
    sheet = as_workbook(EXHIBIT)
    bundle = as_bundle(sheet)
    of_text = seeds_of(tmp_path / "text", "exh1_2023-05.txt", EXHIBIT.encode())
    of_sheet = seeds_of(tmp_path / "sheet", "2023-05.xlsx", sheet)
    of_bundle = seeds_of(tmp_path / "bundle", "ft900xlsx_2305.zip", bundle)
    moved = {"line_number", "layout"}
    for seed in ("monthly_trade", "annual_trade"):
        plain, book, zipped = (
            [{key: value for key, value in row.items() if key not in moved} for row in rows[seed]]
            for rows in (of_text, of_sheet, of_bundle)
        )
        assert plain == book == zipped
    [book], [zipped] = of_sheet["releases"], of_bundle["releases"]
    assert (book["file_name"], book["source_format"]) == ("2023-05.xlsx", "workbook")
    assert (book["sheet_name"], book["row_offset"]) == ("1", "4")
    own = {
        "file_name": "ft900xlsx_2305.zip/exh1.xlsx",
        "sha256": hashlib.sha256(bundle).hexdigest(),
    }
    assert zipped == book | own


def test_the_text_of_a_sheet_is_laid_out_as_the_history_is() -> None:
    lines = read_workbook("some.xlsx", as_workbook(EXHIBIT)).text.lines
    assert lines[:10] == ["", "", PART, "", EXHIBIT_TITLE, "", EXHIBIT_UNITS, "", *LINES[4:6]]
    assert lines[10:56] == [*LINES[6:50], LINES[50].rstrip(), LINES[51]]
    assert lines[56:] == list(EXHIBIT_FOOT)


QUOTED = re.compile(r"(?<=\t)(-?[0-9]+,[0-9,]+)")
VARIANTS: dict[str, Callable[[str], str]] = {
    "prose without tabs": lambda text: re.sub(r"(?m)^(\D.*?[a-z.:)])\t+$", r"\1", text),
    "232 columns": lambda text: re.sub("(?m)$", "\t" * 223, text),
    "quotes": lambda text: QUOTED.sub(r'"\1"', text),
    "no separators": lambda text: QUOTED.sub(lambda cell: cell[0].replace(",", ""), text),
    "CRLF and a newline at the end": lambda text: (text + "\n").replace("\n", "\r\n"),
    "a byte-order mark": lambda text: "\ufeff" + text,
    "blanks behind labels": lambda text: re.sub(r"(?m)^(\w[^\t]*)", r"\1 ", text),
    "a blank for the label of last month's print": lambda text: edited(say(52, "\t", " \t")),
    "annual rows that are revised": lambda text: re.sub(r"(?m)^(Jan\. - \w+\.?)", r"\1 (R)", text),
    "Jan.- Dec.": lambda text: text.replace("Jan. - ", "Jan.- "),
    "Goods without (1)": lambda text: text.replace("Goods (1)", "Goods"),
    "no blank line above": lambda text: text.partition("\n")[2],
    "the months to come left out": lambda text: edited(drop(44, 50)),
    "a blank line above the heading": lambda text: edited(put(51, "\n" + LINES[50])),
    "a blank line below the heading": lambda text: edited(put(51, LINES[50] + "\n")),
    "the heading without its colon": lambda text: edited(say(51, ":", "")),
    "the note on one line": lambda text: edited(drop(55)),
    "the note on three lines": lambda text: edited(put(55, LINES[54] + "\nand there")),
    "a title with a colon": lambda text: edited(say(3, "1.", "1:")),
    "two pages": lambda text: edited(put(22, "\n".join([*LINES[1:6], LINES[21]]))),
}  # fmt: skip


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_is_read_to_the_same_cells(name: str) -> None:
    text = VARIANTS[name](EXHIBIT)
    assert text != EXHIBIT
    release = read_text("some.txt", text.encode())
    found = sorted(release.rows(), key=lambda row: row.line)
    assert [row.cells for row in found] == [cells for _, _, cells in printed_rows(EXHIBIT)]
    assert rebuilt(rows_of(release)) == text.encode()


# --------------------------------------------------------------------------- what is refused

HEADING = '"April data as published last month:"'
NO_HEADING = (
    'has no line "... data as published last month:", with last month\'s first print below it'
)
NO_LABEL = "a row without a label is neither a month, an annual label nor a year"
CUT_OFF = "; is it cut off?"
BASIS = '"(1) Data are presented on a balance of payments (BOP) basis."'
READ = (
    'another table; those that are read are "Exhibit 1. U.S. International Trade in Goods and '
    'Services" and "U.S. International Trade in Goods and Services, 1992 - Present"'
)
THREE = "expected 3, 2021 to 2023"
FAULTS: dict[str, tuple[list[Edit], list[str]]] = {
    "a cell that is no number": (
        [say(52, LINES[51].split("\t")[5], "x")],
        ['52: exports goods: "x" is not a whole number of millions']),
    "last month's print half printed": (
        [put(52, LINES[51].rpartition("\t")[0] + "\t")],
        ["52: the row is half printed: no number for imports services"]),
    "last month's print with a field more": (
        [put(52, LINES[51] + "\t")], ["52: has 11 fields; expected 10, as in the header"]),
    "no heading of last month's print": (
        [drop(51)], [f"some.txt: {NO_HEADING}", f"51: {NO_LABEL}"]),
    "no print of last month": (
        [drop(52)], [f"51: no row of numbers without a label stands below {HEADING}"]),
    "neither": ([drop(51, 52)], [f"some.txt: {NO_HEADING}"]),
    "last month's print twice": ([double(52)], [f"53: {NO_LABEL}"]),
    "the heading twice": ([double(51)], [f"52: {HEADING} stands twice (first on line 51)"]),
    "a heading of another month": (
        [say(51, "April", "March")],
        ['51: "March data as published last month:" stands in a release that ends with May 2023; '
         "expected April"]),
    "a heading of no month": (
        [say(51, "April", "Apil")],
        ['51: "Apil data as published last month:" stands in a release that ends with May 2023; '
         "expected April"]),
    "last month's print above the rest": (
        [put(7, "\n".join([*LINES[50:52], LINES[6]])), drop(51, 52)],
        [f"7: {HEADING} stands above other rows; expected below all of them"]),
    "a number beside the heading": (
        [put(51, LINES[50].rstrip() + "\t5" + "\t" * 8)],
        [f'51: "5" stands beside {HEADING}; expected nothing there']),
    "a month without a label": ([say(12, "March", "")], [f"12: {NO_LABEL}"]),
    "no row for the months so far": (
        [drop(9)],
        [f"8: no row of 2021 for January to May stands below, {MONTHS_TO_MAY}"]),
    "no annual row of a full year": (
        [drop(8)], ['8: the label is "Jan. - May.", yet 2021 ends in December']),
    "neither of a full year": ([drop(8, 9)], ["7: the year 2021 has no annual row"]),
    "both in the other order": (
        [move(9, 7)],
        ['8: the label is "Jan. - May.", yet 2021 ends in December']),
    "months so far of another month": (
        [say(9, "May.", "Jun.")], ['9: the label is "Jan. - Jun.", yet 2023 ends in May']),
    "months so far of no month": (
        [say(9, "May.", "Mya")], ['9: "Jan. - Mya" does not end in a month']),
    "months so far twice": (
        [double(9)], ["10: 2021 has a second annual row (first on line 8)"]),
    "months so far in the last year twice": (
        [double(38)], ["39: 2023 has a second annual row (first on line 38)"]),
    "months so far below the months": (
        [move(9, 21)],
        ["8: no row of 2021 for January to May stands below, to compare with 2023",
         "21: 2021 has a second annual row (first on line 8)"]),
    "a month missing": ([drop(12)], ["12: the year 2021 has no numbers for March"]),
    "the last month missing": (
        [drop(43)],
        ['9: the label is "Jan. - May.", yet 2023 ends in April',
         '24: the label is "Jan. - May.", yet 2023 ends in April',
         '38: the label is "Jan. - May.", yet 2023 ends in April',
         '50: "April data as published last month:" stands in a release that ends with April 2023; '
         "expected March"]),
    "the first year cut off": (
        [drop(7, 21)], [f"7: the table has the years 2022 to 2023; {THREE}"]),
    "a year too many": (
        [put(7, "\n".join(["2020\t", LINES[7], LINES[8], *LINES[9:21], LINES[6]]))],
        [f"7: the table has the years 2020 to 2023; {THREE}"]),
    "a year that begins": (
        [put(51, "2024\n" + LINES[50])],
        ["44: the year 2023 has no numbers for June, July, August, September, October, November, "
         "December",
         f"7: the table has the years 2021 to 2024; {THREE}"]),
    "the last year cut off": (
        [drop(37, 50)],
        ["9: 2021 has a second annual row (first on line 8)",
         "24: 2022 has a second annual row (first on line 23)",
         "7: the table has the years 2021 to 2022; expected 3, 2020 to 2022",
         f"37: {HEADING} stands in a release that ends with December 2022; expected November"]),
    "no part": ([drop(2)], ['some.txt: has no line "Part A: Seasonally Adjusted ..."']),
    "a part that says nothing": (
        [put(2, "Part A: by Commodity/Service")],
        ['2: "Part A: by Commodity/Service" does not say "Seasonally adjusted"']),
    "a part that is not adjusted": (
        [put(2, "Part B: Not Seasonally Adjusted")],
        ['2: "Part B: Not Seasonally Adjusted" says "Not Season"; this table is seasonally '
         "adjusted"]),
    "no units": ([drop(4)], ['some.txt: has no units note "In millions of dollars. ..."']),
    "billions": (
        [put(4, "In billions of dollars.")],
        ['4: "In billions of dollars." says "billions"; this table is in millions of dollars']),
    "another basis": (
        [put(53, "(1) Data are presented on a Census basis.")],
        [f"some.txt: does not end with {BASIS}{CUT_OFF}",
         '53: "(1) Data are presented on a Census basis." says "Census basis"; this table is on a '
         "balance-of-payments basis"]),
    "a title of more words": (
        [say(3, "Services", "Services by Area")],
        ['3: the title is "Exhibit 1. U.S. International Trade in Goods and Services..."; expected '
         f'"{EXHIBIT_TITLE}"']),
    "no note": ([drop(54, 55)], [f'some.txt: does not end with "NOTE: ..."{CUT_OFF}']),
    "no closing lines": (
        [drop(53, 55)], [f'some.txt: does not end with {BASIS} and "NOTE: ..."{CUT_OFF}']),
    "words that mean nothing": (
        [put(50, "Subtotal")],
        ['50: "Subtotal" is neither a month, an annual label, a year nor a footnote']),
    "Exhibit 12": (
        [put(3, "Exhibit 12. U.S. Trade in Goods")],
        [f'3: "Exhibit 12. U.S. Trade in Goods" is {READ}']),
    "Exhibit 1a": (
        [put(3, "Exhibit 1a. Something else")], [f'3: "Exhibit 1a. Something else" is {READ}']),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_refused(name: str) -> None:
    edits, expected = FAULTS[name]
    text = edited(*edits)
    assert text != EXHIBIT
    assert sorted(text_faults(text)) == sorted(expected)


def test_december_compares_no_months() -> None:
    lines = made_up_exhibit(PUBLISHED, (2023, 12)).split("\n")
    lines.insert(8, lines[7].replace("Dec.", "Nov."))
    [fault] = text_faults("\n".join(lines))
    assert fault == "9: 2021 has a second annual row (first on line 8)"


def test_a_history_has_none_of_its_rows() -> None:
    history = made_up_release(PUBLISHED, (2023, 5)).split("\n")
    at = next(at for at, line in enumerate(history) if line.startswith("June\t\t"))
    faults = text_faults("\n".join([*history[:at], *LINES[50:52], *history[at:]]))
    assert [fault.partition(": ")[2] for fault in faults] == [
        f"{HEADING} is neither a month, an annual label, a year nor a footnote", NO_LABEL,
    ]  # fmt: skip


SHEET_FAULTS = {name: FAULTS[name] for name in FAULTS if "fields" not in str(FAULTS[name][1])}


def in_sheet(fault: str) -> str:
    """A fault of the text as it is told of the sheet, without the column."""
    place, _, reason = fault.partition(": ")
    reason = re.sub(r"first on line", "first on row", reason)
    return f"'1': {reason}" if place == "some.txt" else f"'1'!{place}: {reason}"


@pytest.mark.parametrize("name", SHEET_FAULTS)
def test_a_fault_of_a_sheet_is_named_by_its_cell(name: str) -> None:
    edits, expected = SHEET_FAULTS[name]
    text = edited(*edits)
    with pytest.raises(Refused) as refused:
        read_workbook("some.xlsx", as_workbook(text))
    told = [str(fault).removeprefix("some.xlsx: ") for fault in refused.value.faults]
    without_column = [re.sub(r"^'1'![A-J]", "'1'!", fault) for fault in told]
    assert sorted(without_column) == sorted(map(in_sheet, expected))


def test_the_cell_of_a_fault() -> None:
    """Whatever is said of a cell names its column too."""
    with pytest.raises(Refused) as refused:
        read_workbook("some.xlsx", as_workbook(edited(*FAULTS["a cell that is no number"][0])))
    assert str(refused.value) == (
        "some.xlsx: '1'!F52: exports goods: \"x\" is not a whole number of millions"
    )


# --------------------------------------------------------------------------- damage


def test_truncated_at_any_byte() -> None:
    """A cut exhibit is read only where no more is lost than the end of its note."""
    whole = EXHIBIT.index("NOTE: ") + len("NOTE: F")
    for size in range(0, len(EXHIBIT), 3):
        assert read_or_refused(EXHIBIT[:size].encode()) == (size >= whole)


@damaged(200)
@given(st.data())
def test_bytes_flipped(data: st.DataObject) -> None:
    text = bytearray(EXHIBIT.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    read_or_refused(bytes(text))


@damaged(300)
@given(st.data())
def test_lines_deleted_doubled_and_moved(data: st.DataObject) -> None:
    lines = LINES
    number = st.integers(1, 50)
    for kind in data.draw(st.lists(st.sampled_from([drop, double, move]), min_size=1, max_size=3)):
        lines = kind(*(data.draw(number) for _ in range(2 if kind is move else 1)))(lines)
    read_or_refused("\n".join(lines).encode())


@damaged(200)
@given(st.lists(st.sampled_from(sorted({*LINES, *COMMITTED.split("\n")[:8], "1992"})), max_size=40))
def test_lines_in_any_order(lines: list[str]) -> None:
    read_or_refused("\n".join([*LINES[:8], *lines]).encode())


@damaged(200)
@given(
    st.integers(2, 55), st.integers(1, 10),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)  # fmt: skip
def test_any_text_in_any_field(number: int, column: int, field: str) -> None:
    fields = LINES[number - 1].split("\t")
    fields[column - 1] = field
    read_or_refused(edited(put(number, "\t".join(fields))).encode())


@pytest.mark.parametrize("seed", range(40))
def test_a_bundle_damaged(seed: int) -> None:
    """It is refused, or has the same cells; it never ends in a traceback."""
    chance = random.Random(seed)
    data = bytearray(as_bundle(SHEET))
    if seed % 5 == 0:
        del data[chance.randrange(len(data)) :]
    else:
        first = 0 if seed % 2 else len(data) - 400
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(first, len(data))] = chance.randrange(256)
    try:
        release = read_bundle("some.zip", bytes(data))
    except Refused as refused:
        assert all(str(fault).startswith("some.zip") for fault in refused.faults)
    else:
        assert release.text.lines == read_workbook("some.xlsx", SHEET).text.lines


# --------------------------------------------------------------------------- the bundle

SHEET = as_workbook(EXHIBIT)


def zipped(*parts: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return file.getvalue()


def flagged(data: bytes) -> bytes:
    """Every part marked as protected by a password, in the zip file's own list of them."""
    return re.sub(rb"(PK\x01\x02.{4}).", b"\\1\x01", data, flags=re.DOTALL)


BUNDLES: dict[str, tuple[bytes, str]] = {
    "none": (zipped(("exh2.xlsx", SHEET)), "some.zip: holds no exh1.xlsx"),
    "two": (
        zipped(("a/exh1.xlsx", SHEET), ("b/EXH1.xlsx", SHEET)),
        'some.zip: holds "a/exh1.xlsx", "b/EXH1.xlsx"; expected one exh1.xlsx'),
    "a name that climbs": (
        zipped(("exh1.xlsx", SHEET), ("../exh2.xlsx", b"")),
        'some.zip: holds "../exh2.xlsx", a name that leads out of it'),
    "a name from the root": (
        zipped(("/exh1.xlsx", SHEET)), 'some.zip: holds "/exh1.xlsx", a name that leads out of it'),
    "a name that climbs on Windows": (
        zipped(("a\\..\\..\\exh1.xlsx", SHEET)),
        'some.zip: holds "a\\..\\..\\exh1.xlsx", a name that leads out of it'),
    "a name with a drive": (
        zipped(("c:exh1.xlsx", SHEET)), 'some.zip: holds "c:exh1.xlsx", a name that leads out'),
    "much when unpacked": (
        zipped(("exh1.xlsx", SHEET), *((f"exh{at}.xlsx", bytes(10**7)) for at in range(2, 13))),
        "some.zip: has 110,"),
    "an exhibit that is much": (
        zipped(("exh1.xlsx", bytes(6_000_000))),
        "some.zip: its exh1.xlsx has 6,000,000 bytes; a release has less than 5,000,000"),
    "a password": (
        flagged(as_bundle(SHEET)), "some.zip: is protected by a password; save it without one"),
    "a page": (
        b"<!DOCTYPE html><html>", 'some.zip: is no bundle (.zip): it begins with "<!DOCTYPE html>'),
    "empty": (b"", 'some.zip: is no bundle (.zip): it begins with ""'),
    "half a file": (as_bundle(SHEET)[:9000], "some.zip: is damaged: File is not a zip file"),
    "an exhibit that is none": (
        zipped(("exh1.xlsx", b"<html>")),
        'some.zip/exh1.xlsx: is no workbook (.xlsx): it begins with "<html>"'),
    "an exhibit with a fault": (
        as_bundle(as_workbook(edited(say(51, "April", "March")))),
        'some.zip/exh1.xlsx: \'1\'!A51: "March data as published last month:" stands in'),
    "another exhibit": (
        as_bundle(as_workbook(edited(put(3, "Exhibit 12. U.S. Trade in Goods")))),
        f'some.zip/exh1.xlsx: \'1\'!A3: "Exhibit 12. U.S. Trade in Goods" is {READ}'),
}  # fmt: skip


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_is_refused(name: str) -> None:
    data, expected = BUNDLES[name]
    with pytest.raises(Refused) as refused:
        read_bundle("some.zip", data)
    assert str(refused.value)[: len(expected)] == expected


@pytest.mark.parametrize("name", ["exh1.xlsx", "EXH1.XLSX", "2023/ft900/exh1.xlsx"])
def test_the_exhibit_of_a_bundle_may_lie_in_a_folder(name: str) -> None:
    release = read_bundle("some.zip", as_bundle(SHEET, name))
    assert (release.release_id, release.origin.member) == ("2023-05", name)


@pytest.mark.parametrize(
    "name",
    ["ft900xlsx_2305.zip", "FT900xlsx_2305 (1).zip", "ft900xlsx.zip", "2023-05.zip", "a.zip"],
)
def test_a_bundle_may_be_named_for_its_month_or_not(name: str) -> None:
    assert read_bundle(f"releases/{name}", as_bundle(SHEET)).release_id == "2023-05"


@pytest.mark.parametrize("name", ["ft900xlsx_2304.zip", "ft900xlsx_2304-b.zip"])
def test_a_bundle_of_another_month(name: str) -> None:
    with pytest.raises(Refused) as refused:
        read_bundle(f"releases/{name}", as_bundle(SHEET))
    reason = "holds the exhibit of 2023-05, yet is named for 2023-04"
    assert str(refused.value) == f"releases/{name}: {reason}"


# --------------------------------------------------------------------------- the folder


def test_one_file_a_release(tmp_path: Path) -> None:
    files = {
        "2023-05.txt": made_up_release(PUBLISHED, (2023, 5)).encode(),
        "exh1_2023-05.xlsx": SHEET,
        "ft900xlsx_2305.zip": as_bundle(SHEET),
        "exh1.txt": made_up_exhibit(PUBLISHED, (2023, 6)).encode(),
    }
    for folder in ("releases", "seeds"):
        (tmp_path / folder).mkdir()
    for name, data in files.items():
        (tmp_path / "releases" / name).write_bytes(data)
    with pytest.raises(Refused) as refused:
        normalize(tmp_path / "releases", tmp_path / "seeds", check=False)
    same = f"ends with 2023-05, as {tmp_path}/releases/2023-05.txt does; keep one of the two"
    assert [fault.reason for fault in refused.value.faults] == [same, same]


@pytest.mark.parametrize("name", ["2023-05.txt", "exh1_2023-05.txt", "exh1.txt"])
def test_an_exhibit_may_have_its_months_name_or_any_other(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(EXHIBIT)
    assert read_release(tmp_path / name).release_id == "2023-05"


def test_an_exhibit_named_for_another_month(tmp_path: Path) -> None:
    path = tmp_path / "2023-06.txt"
    path.write_text(EXHIBIT)
    with pytest.raises(Refused) as refused:
        read_release(path)
    reason = "ends with 2023-05; is it cut off? If not, name it for that month"
    assert str(refused.value) == f"{path}: {reason}"


def test_exhibits_and_histories_are_loaded_and_reprinted(build: Build, tmp_path: Path) -> None:
    """In one build, each in another form; what cannot be rebuilt byte for byte fails the test."""
    releases = {
        "2024-02.txt": COMMITTED.encode(),
        "exh1.txt": made_up_exhibit(PUBLISHED, (2024, 1)).replace("\n", "\r\n").encode(),
        "2023-12.xlsx": as_workbook(made_up_exhibit(PUBLISHED, (2023, 12))),
        "2023-10.txt": made_up_release(PUBLISHED, (2023, 10)).encode(),
        "ft900xlsx_2305.zip": as_bundle(SHEET),
    }
    for at, test in enumerate(
        ("the_release_is_rebuilt_byte_for_byte", "every_cell_that_was_read_is_loaded",
         "every_period_is_printed_once_for_every_series", "a_row_of_a_seed_is_there_once")
    ):  # fmt: skip
        outcome = replayed(build, tmp_path / str(at), releases=releases, upto=test)
        assert outcome.replayed.succeeded, outcome.printed
    outcome = replayed(build, tmp_path / "text", releases=releases, upto="mart_release_text")
    assert outcome.query(
        "select release_id, count(*), max(line_text) filter (line_number = 1) "
        "from marts.mart_release_text group by all order by all"
    ) == [
        ("2023-05", 59, ""), ("2023-10", len(releases["2023-10.txt"].split(b"\n")), ""),
        ("2023-12", 59 - 2, ""), ("2024-01", 55, "\t" * 9), ("2024-02", 522, ""),
    ]  # fmt: skip
