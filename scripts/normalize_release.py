#!/usr/bin/env python3
"""Read the published releases, texts and workbooks, and write the generated seeds.

Source: the Census Bureau and BEA table "U.S. International Trade in Goods and Services,
1992 - Present", as the workbook that is published or saved as text; one file a release in
``releases/``.  Units: millions of US dollars, seasonally adjusted.  Nothing is computed here: a
number in a seed is the number on the line, and every calculation is SQL, in a model.  The lines
of a workbook are those of its sheet in the layout of a text (scripts/workbook.py).

Every line of a release stands in exactly one of the seeds:

    releases.csv       one row a release: title, units, first and last month, how it is printed
    monthly_trade.csv  one row a printed month, nine cells
    annual_trade.csv   one row a printed year or part of a year, nine cells
    release_lines.csv  one row a line that carries no cells: its number, kind and text

``cell_layout`` (of a release) and ``layout`` (of a row that is printed in another way) say how
the cells stand on the line: a format string in which ``{k:,}`` is the k-th series, in the order
of SERIES, and ``{k+9:,}`` its absolute value behind a sign that is spelled out.  The text is
rebuilt from the numbers with it, byte for byte.

Variants that are read to the same cells:

  - trailing and leading blanks in labels, headers and cells; no-break spaces;
  - a header row shifted by one column (``Balance`` over Goods); ``Period`` in either header row;
    groups and columns in another order; ``Goods`` with or without ``(1)``;
  - numbers without thousands separators, in double quotes, or with U+2212 or an en dash for
    minus;
  - CRLF line ends; a UTF-8 byte-order mark; a newline at the end, or none;
  - ``(R)`` behind a month or an annual label (kept as is_revised); ``Jan.- Dec.``,
    ``Jan. -Dec.``, an en dash; ``Jan. -`` for January alone;
  - a banner of two or three lines, whatever division of the Census Bureau it names;
  - any number of page breaks, or none;
  - a year or month that is not printed yet: nine empty fields, no fields at all, or the marks
    ``-``, ``(*)`` and ``n.a.`` in all nine;
  - a complete last year, a part year, or a last year of which nothing is printed yet.

Errors: a release that cannot be trusted is refused whole.  Each fault is printed as
``file:line: column: reason``, or ``file: sheet!cell: column: reason`` for a workbook, no seed is
touched, and the exit status is 1 (2 for wrong usage).
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import itertools
import os
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbook import Sheet

ROOT = Path(__file__).resolve().parent.parent

FLOWS = ("balance", "exports", "imports")
COMPONENTS = ("total", "goods", "services")
SERIES = tuple(f"{flow}_{component}" for flow in FLOWS for component in COMPONENTS)
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
MONTH_NUMBERS = {name.casefold(): number for number, name in enumerate(MONTHS, 1)}
ABBREVIATIONS = MONTH_NUMBERS | {name[:3].casefold(): n for n, name in enumerate(MONTHS, 1)}
ABBREVIATIONS["sept"] = 9

HEADERS = {
    "releases": (
        "release_id", "file_name", "title", "units_note", "first_month", "last_month",
        "line_count", "cell_count", "line_ending", "has_byte_order_mark",
        "ends_with_newline", "cell_layout", "sha256", "source_format", "text_sha256",
        "sheet_name", "row_offset",
    ),
    "monthly_trade": (
        "release_id", "line_number", "year", "month", "label", "is_revised", "layout", *SERIES,
    ),
    "annual_trade": (
        "release_id", "line_number", "year", "first_month", "last_month", "label",
        "is_revised", "layout", *SERIES,
    ),
    "release_lines": ("release_id", "line_number", "kind", "text"),
}  # fmt: skip

TITLE = re.compile(
    r"U\.S\. International Trade in Goods and Services, ([0-9]{4}) ?- ?Present", re.IGNORECASE
)
REVISED = re.compile(r"\s*\(R\)$", re.IGNORECASE)
FOOTNOTE_MARK = re.compile(r"\s*\(\w\)$")
YEAR = re.compile(r"[12][0-9]{3}")
ANNUAL = re.compile(r"Jan(?:uary|\.)? ?-(?: ?([a-z]+)\.?)?", re.IGNORECASE)
FOOTNOTE = re.compile(
    r"\(\w\)|notes?\b|goods data |details may |data |revised|u\.s\. (?:census|bureau)",
    re.IGNORECASE,
)
# The digits are grouped throughout or not at all: "35,49" has lost a digit, and is refused.
# Quotes come in pairs.
NUMBER = re.compile(
    r"""(\s*("\s*)?)([-\u2212\u2013]?)(0|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]*)(\s*(?(2)"\s*))"""
)
# Controls but tab, LF, form feed, CR and NEL; and the bytes that are not UTF-8.
UNREADABLE = re.compile("[\\0-\\x08\\x0b\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f\\udc80-\\udcff]")
NOT_PRINTED = {"", "-", "(*)", "n.a."}
MOST_DIGITS = 9  # the tables' INTEGER holds every number of nine digits


class Fault(Exception):
    """One thing wrong with a release: the file, the line (0: the file as a whole), the reason.

    In a workbook the line is the row, and ``cell`` names the cell or the sheet.
    """

    def __init__(self, path: str, line: int, reason: str, cell: str = "") -> None:
        super().__init__(path, line, reason, cell)
        self.path, self.line, self.reason, self.cell = path, line, reason, cell

    def __str__(self) -> str:
        if self.cell:
            return f"{self.path}: {self.cell}: {self.reason}"
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.reason}"


class Refused(Exception):
    """The releases cannot be normalised; ``faults`` says why, in the order of the lines."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: (fault.path, fault.line))
        super().__init__("\n".join(map(str, self.faults)))


# --------------------------------------------------------------------------- the file's bytes


class Text:
    """The lines of one release, and what else its bytes say (line ends, byte-order mark)."""

    source_format = "text"
    sheet_name = row_offset = ""

    def __init__(self, path: str, data: bytes) -> None:
        """Decode ``data``; raise Fault if it is not a text."""
        self.path = path
        self.sha256 = self.text_sha256 = hashlib.sha256(data).hexdigest()
        self.has_byte_order_mark = data.startswith(b"\xef\xbb\xbf")
        text = decode(path, data)
        self.line_ending = "crlf" if "\r\n" in text else "lf"
        self.ends_with_newline = text.endswith("\n")
        self.lines = text.split("\n")
        ended = len(self.lines) - 1
        if self.ends_with_newline:
            self.lines.pop()
        if self.line_ending == "crlf":
            for index in range(ended):
                if not self.lines[index].endswith("\r"):
                    reason = "ends in LF, other lines in CRLF; save with one of them"
                    raise Fault(path, index + 1, reason)
                self.lines[index] = self.lines[index][:-1]
        for number, line in enumerate(self.lines, 1):
            if "\r" in line:
                raise Fault(
                    path, number, "has a CR within the line; save with LF or CRLF line ends"
                )

    # What messages call a place; a workbook's Sheet has words of its own.

    def cell(self, line: int, column: int) -> str:
        return ""

    def line_name(self, line: int) -> str:
        return f"line {line}"

    def column_name(self, column: int) -> str:
        return f"column {column}"


def decode(path: str, data: bytes) -> str:
    """The text that ``data`` is the UTF-8 of; raises Fault where it is none."""
    if not data:
        raise Fault(path, 0, "is empty")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Fault(path, 0, "is UTF-16; save it as UTF-8 text")
    # Bytes that are not UTF-8 are decoded to U+DC80 to U+DCFF, and so found with the controls.
    text = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    if unreadable := UNREADABLE.search(text):
        code = ord(unreadable.group())
        line = text.count("\n", 0, unreadable.start()) + 1
        if code >= 0xDC80:
            reason = f"the byte 0x{code - 0xDC00:02x} is not UTF-8; save the file as UTF-8 text"
        else:
            reason = f"is not text: it holds the control character 0x{code:02x}"
        raise Fault(path, line, reason)
    return text


def clean(field: str) -> str:
    """A field without blanks, quotes and typographic dashes around and in its words."""
    words = " ".join(field.replace("\u2013", "-").split())
    return words[1:-1].strip() if len(words) > 1 and words[0] == words[-1] == '"' else words


def quoted(words: str) -> str:
    """What was found, for a message: not too long, and with what cannot be seen spelled out."""
    words = words if len(words) <= 60 else f"{words[:57]}..."
    visible = (c if c.isprintable() else ascii(c)[1:-1] for c in words)
    return f'"{"".join(visible)}"'


# --------------------------------------------------------------------------- one release


class Row:
    """One printed row: a month or an annual row, and its nine cells in the order of SERIES."""

    def __init__(
        self, line: int, label: str, is_revised: bool, year: int, first: int, last: int
    ) -> None:
        self.line, self.label, self.is_revised = line, label, is_revised
        self.year, self.first, self.last = year, first, last
        self.layout = ""
        self.cells: list[int] = []


class Year:
    """One year of the release while it is read."""

    def __init__(self, year: int, line: int) -> None:
        self.year, self.line = year, line
        self.annual: Row | None = None
        self.months: dict[int, int] = {}  # month number -> the line it stands on
        self.printed: set[int] = set()  # those of them that carry numbers
        self.last_month = 0
        # A row that cannot be read may be the very one that seems to be missing.
        self.has_unread_row = False


class Release:
    """One release as read: rows of cells, lines without cells, and every fault found on the way."""

    def __init__(self, text: Text | Sheet) -> None:
        """Read the whole text, or a sheet as if it were one.

        Raises Refused with all its faults, never only the first.
        """
        self.text = text
        self.faults: list[Fault] = []
        self.title = self.units_note = ""
        self.first_year_by_title = 0
        self.months: list[Row] = []
        self.annuals: list[Row] = []
        self.other_lines: list[tuple[int, str, str]] = []
        self.years: dict[int, Year] = {}
        self.year = self.preface = Year(0, 0)  # the year that is read; before the first: none
        self.flow_fields: list[str] | None = None  # the upper header row, till the lower is met
        self.columns: dict[str, int] = {}  # series -> position of its field
        self.width = 0
        self.first_header: tuple[int, dict[str, int]] = (0, {})  # its lower row, its columns
        self.header_is_faulty = False  # then rows are not blamed for what the header caused
        self.has_separators = any(
            "\t" in line and re.search(r"[0-9],[0-9]{3}", line) for line in text.lines
        )

        for number, line in enumerate(text.lines, 1):
            self.read_line(number, line)
        self.check_whole()
        if self.faults:
            raise Refused(self.faults)

        self.cell_layout = Counter(row.layout for row in self.rows()).most_common(1)[0][0]
        self.first_month = f"{self.months[0].year}-{self.months[0].first:02}"
        self.release_id = f"{self.months[-1].year}-{self.months[-1].first:02}"

    def rows(self) -> Iterator[Row]:
        yield from self.months
        yield from self.annuals

    def fault(self, line: int, reason: str, column: int = 1) -> None:
        self.faults.append(Fault(self.text.path, line, reason, self.text.cell(line, column)))

    # ---- lines

    def read_line(self, number: int, line: str) -> None:
        """Put one line where it belongs: a row of cells, or a line without."""
        raw = line.split("\t")
        fields = [clean(field) for field in raw]
        label = REVISED.sub("", fields[0])
        is_revised = label != fields[0]
        is_empty = NOT_PRINTED.issuperset(fields[1:])
        if is_empty and not fields[0]:
            kind = "blank"
        elif YEAR.fullmatch(label):
            if not is_empty:
                reason = f"the year row {label} carries numbers; expected a label alone"
                self.fault(number, reason, first_column(fields, 1))
            self.open_year(number, int(label))
            kind = "year"
        elif (month := MONTH_NUMBERS.get(label.casefold())) is not None:
            self.place_month(number, month, is_printed=not is_empty)
            if not is_empty:
                row = Row(number, raw[0], is_revised, self.year.year, month, month)
                self.read_cells(row, raw, fields)
                self.months.append(row)
                return
            kind = "month not printed"
        elif (annual := ANNUAL.fullmatch(label)) is not None:
            if not is_empty:
                last = self.last_month(number, annual)
                row = Row(number, raw[0], is_revised, self.year.year, 1, last)
                self.place_annual(row)
                self.read_cells(row, raw, fields)
                self.annuals.append(row)
                return
            kind = "annual not printed"
        elif is_header(fields):
            self.read_header(number, fields)
            kind = "header"
        elif not is_empty:
            what = quoted(fields[0]) if fields[0] else "a row without a label"
            reason = f"{what} is neither a month, an annual label nor a year"
            self.unread(number, reason, first_column(fields))
            return
        else:
            kind = self.read_prose(number, fields[0])
        self.other_lines.append((number, kind, line))

    def unread(self, number: int, reason: str, column: int = 1) -> None:
        """A fault in a row's label: nobody knows what the row stands for."""
        self.fault(number, reason, column)
        self.year.has_unread_row = True

    def read_prose(self, number: int, words: str) -> str:
        """The kind of a line of words; a title and a units note are checked."""
        if title := TITLE.match(words):
            self.title = self.title or words
            self.first_year_by_title = self.first_year_by_title or int(title[1])
            return "title"
        folded = words.casefold()
        if folded.startswith("in ") and "dollars" in folded:
            self.units_note = self.units_note or words
            if not folded.startswith("in millions of dollars"):
                self.fault(
                    number, f'the units are {quoted(words)}; expected "In millions of dollars"'
                )
            if "seasonally adjusted" not in folded or re.search(r"\b(?:not|un)\W?season", folded):
                self.fault(number, f'{quoted(words)} does not say "Seasonally adjusted"')
            return "units"
        if folded.startswith("source"):
            return "source"
        if FOOTNOTE.match(words):
            return "footnote"
        if not self.years and not self.columns:
            return "banner"
        what = quoted(words)
        self.unread(number, f"{what} is neither a month, an annual label, a year nor a footnote")
        return "unknown"

    # ---- headers

    def read_header(self, number: int, fields: list[str]) -> None:
        """Take one of the two header rows; the lower one completes the columns."""
        names = [header_name(field) for field in fields]
        is_upper = any(name in FLOWS for name in names[1:])
        if is_upper:
            self.columns, self.header_is_faulty = {}, False
        faults = len(self.faults)
        if names[0] not in ("", "period"):
            self.fault(number, f'the first column is headed {quoted(fields[0])}; expected "Period"')
        for position, name in enumerate(names[1:], 2):
            if name not in ("", *FLOWS, *COMPONENTS):
                what = quoted(fields[position - 1])
                where = self.text.column_name(position)
                self.fault(number, f"{where} has the unknown header {what}", position)
        self.header_is_faulty |= len(self.faults) > faults
        if is_upper:
            self.flow_fields = names
            return
        if self.flow_fields is None:
            self.fault(number, "no row with Balance, Exports and Imports stands over this header")
            self.header_is_faulty = True
            return
        columns, problem = series_columns(self.flow_fields, names)
        self.columns = {series: at for series, at in columns.items() if series in SERIES}
        self.width = len(names)
        self.flow_fields = None
        if problem and not self.header_is_faulty:
            self.fault(number, problem)
            self.header_is_faulty = True
        if not self.first_header[0]:
            self.first_header = number, self.columns

    # ---- rows of cells

    def read_cells(self, row: Row, raw: list[str], fields: list[str]) -> None:
        """Fill in the row's cells and layout, or say what is wrong with each of them."""
        if not self.columns or len(fields) != self.width:
            if self.header_is_faulty:
                return
            if self.columns:
                expected = f"expected {self.width}, as in the header"
                self.fault(row.line, f"has {len(fields)} fields; {expected}")
            else:
                self.fault(row.line, "numbers stand under no complete header of two rows")
                self.header_is_faulty = True
            return
        empty = [name for name, at in self.columns.items() if fields[at] in NOT_PRINTED]
        if empty:
            names = ", ".join(map(spaced, empty))
            at = min(self.columns[name] for name in empty)
            self.fault(row.line, f"the row is half printed: no number for {names}", at + 1)
        layouts = dict(enumerate(raw))
        for index, series in enumerate(SERIES):
            at = self.columns.get(series)
            if at is None or series in empty:
                continue
            cell = NUMBER.fullmatch(raw[at])
            if cell is None:
                reason = f"{quoted(fields[at])} is not a whole number of millions"
                self.fault(row.line, f"{spaced(series)}: {reason}", at + 1)
                continue
            before, _, sign, digits, after = cell.groups()
            plain = digits.replace(",", "")
            if len(plain) > MOST_DIGITS:
                reason = f"{quoted(fields[at])} is too large to be millions"
                self.fault(row.line, f"{spaced(series)}: {reason}", at + 1)
                continue
            value = -int(plain) if sign else int(plain)
            # A number below a thousand fits either way of writing; it goes with the file's.
            grouped = "," in digits or (len(plain) < 4 and self.has_separators)
            spell_sign = sign != "" and not (sign == "-" and value < 0)
            place = index + len(SERIES) if spell_sign else index
            layouts[at] = f"{before}{sign * spell_sign}{{{place}:{',' * grouped}}}{after}"
            row.cells.append(value)
        for at in sorted({*range(1, len(fields))} - {*self.columns.values()}):
            if fields[at] and not self.header_is_faulty:
                where = self.text.column_name(at + 1)
                reason = f"{where} has no header, yet reads {quoted(fields[at])}"
                self.fault(row.line, reason, at + 1)
        row.layout = "\t".join(layouts[position] for position in range(1, len(raw)))

    # ---- the calendar

    def open_year(self, number: int, year: int) -> None:
        if (known := self.years.get(year)) is not None:
            first = self.text.line_name(known.line)
            self.fault(number, f"the year {year} stands twice (first on {first})")
            known.has_unread_row |= bool(known.months)  # it may well be the year that is missing
            self.year = known
            return
        if year < self.year.year:
            self.fault(number, f"the year {year} stands after {self.year.year}: out of order")
        self.year = self.years[year] = Year(year, number)

    def need_year(self, number: int, what: str) -> None:
        if self.year is self.preface and not self.year.has_unread_row:
            self.unread(number, f"{what} stands before any year")

    def place_month(self, number: int, month: int, *, is_printed: bool) -> None:
        """Enter a month in its year, in its order."""
        self.need_year(number, MONTHS[month - 1])
        year = self.year
        if year is self.preface:
            return
        name = f"{MONTHS[month - 1]} {year.year}"
        if month in year.months:
            first = self.text.line_name(year.months[month])
            self.fault(number, f"{name} stands twice (first on {first})")
        elif month < year.last_month:
            self.fault(number, f"{name} stands after {MONTHS[year.last_month - 1]}: out of order")
        year.months.setdefault(month, number)
        year.last_month = max(month, year.last_month)
        if is_printed:
            year.printed.add(month)

    def last_month(self, number: int, annual: re.Match) -> int:
        """The month that an annual label ends with; January where it names but one."""
        last = ABBREVIATIONS.get((annual[1] or "Jan").casefold())
        if last is None:
            self.unread(number, f"{quoted(annual[0])} does not end in a month")
        return last or 12

    def place_annual(self, row: Row) -> None:
        """Enter an annual row in its year, once."""
        self.need_year(row.line, "an annual row")
        if self.year.annual is None:
            self.year.annual = row
            return
        if not self.year.has_unread_row:
            first = f"first on {self.text.line_name(self.year.annual.line)}"
            self.fault(row.line, f"{self.year.year} has a second annual row ({first})")
        if self.year.months:
            # The row of the next year is missing, or could not be read: its months are not these.
            self.year = Year(self.year.year, row.line)
            self.year.annual, self.year.has_unread_row = row, True

    def check_whole(self) -> None:
        """What only the end of the text can tell."""
        if not self.title:
            self.fault(0, 'has no title "U.S. International Trade in Goods and Services, ..."')
        if not self.units_note:
            self.fault(0, 'has no units note "In millions of dollars. Seasonally adjusted; ..."')
        if not self.months:
            self.fault(0, "has no data: not one month with numbers")
        if not self.years:
            return
        years = [self.years[number] for number in sorted(self.years)]
        for before, after in itertools.pairwise(years):
            if after.year > before.year + 1 and not before.has_unread_row:
                gap = " to ".join(map(str, sorted({before.year + 1, after.year - 1})))
                self.fault(
                    after.line, f"the year {after.year} follows {before.year}: {gap} missing"
                )
        for year in years:
            if not year.has_unread_row:
                self.check_year(year, is_last=year is years[-1])
        said, found = self.first_year_by_title, years[0]
        if said not in (0, found.year) and not self.preface.has_unread_row:
            self.fault(found.line, f"the title begins with {said}, the rows with {found.year}")

    def check_year(self, year: Year, *, is_last: bool) -> None:
        """Whether a year has its months and its annual row; the last may end in any month."""
        last = max(year.printed, default=0) if is_last else 12
        lacking = [month for month in range(1, last + 1) if month not in year.printed]
        if lacking:
            names = ", ".join(MONTHS[month - 1] for month in lacking)
            lines = (line for month, line in sorted(year.months.items()) if month >= lacking[0])
            self.fault(next(lines, year.line), f"the year {year.year} has no numbers for {names}")
        if year.annual is None:
            if year.printed:
                self.fault(year.line, f"the year {year.year} has no annual row")
        elif year.annual.last != last and not lacking:
            ends = f"ends in {MONTHS[last - 1]}" if last else "has no months"
            label = quoted(clean(year.annual.label))
            self.fault(year.annual.line, f"the label is {label}, yet {year.year} {ends}")


def first_column(fields: list[str], after: int = 0) -> int:
    """The column, counted from 1, of the first field that is not blank after so many others."""
    return next((at for at, field in enumerate(fields, 1) if at > after and field), 1)


def is_header(fields: list[str]) -> bool:
    """Whether a row names columns: a flow or a component stands in a field behind the first."""
    return any(header_name(field) in FLOWS + COMPONENTS for field in fields[1:])


def header_name(field: str) -> str:
    """A header without its footnote mark, in lower case: ``Goods (1)`` is ``goods``."""
    return FOOTNOTE_MARK.sub("", field).casefold()


def spaced(series: str) -> str:
    return series.replace("_", " ")


def series_columns(flows: list[str], components: list[str]) -> tuple[dict[str, int], str]:
    """Where each series stands, from the two header rows; and what is wrong with them, or "".

    A flow heads the columns from its own to the next flow's.  Where a workbook centred it over
    its group, it stands one or two columns to the right of the group's first: so the flows are
    tried as they stand, then moved left, till they head all nine series.
    """
    found: list[dict[str, int]] = []
    for shift in range(3):
        starts = {at - shift: name for at, name in enumerate(flows) if at and name}
        columns: dict[str, int] = {}
        flow = ""
        for at, component in enumerate(components):
            flow = starts.get(at, flow)
            if at and component and flow:
                columns.setdefault(f"{flow}_{component}", at)
        if columns.keys() == set(SERIES) and len(columns) == sum(map(bool, components[1:])):
            return columns, ""
        found.append(columns)
    # What is wrong is told of the columns as they were meant: the first flow over the first one.
    first_flow, first_component = (
        next((at for at, name in enumerate(names) if at and name), 0)
        for names in (flows, components)
    )
    best = found[max(0, min(2, first_flow - first_component))]
    lacking = [spaced(series) for series in SERIES if series not in best]
    if lacking:
        return best, f"the header lacks {', '.join(lacking)}"
    return best, "the header names a column twice"


# --------------------------------------------------------------------------- the seeds


def release_paths(folder: Path) -> list[Path]:
    """The releases in ``folder``, in the order of their names; raises Refused if there are none."""
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    if not paths:
        reason = "holds no release; put a text or workbook there, such as 2024-02.txt"
        raise Refused([Fault(shown(folder), 0, reason)])
    return paths


def shown(path: Path) -> str:
    """The path as a person would write it: from the project's root where it lies below that."""
    absolute = Path(os.path.abspath(path))  # a link is shown by its own name, not its target's
    return str(absolute.relative_to(ROOT)) if absolute.is_relative_to(ROOT) else str(path)


def read_release(path: Path) -> Release:
    """One file, a text or a workbook, as a release; raises Refused."""
    suffix = path.suffix.lower()
    if suffix == ".xls" and path.is_file():
        raise Refused([Fault(shown(path), 0, "is an old workbook (.xls); save it as .xlsx")])
    if suffix not in (".txt", ".xlsx") or not path.name.isprintable() or not path.is_file():
        reason = "is neither a text release (.txt) nor a workbook (.xlsx); keep it elsewhere"
        raise Refused([Fault(shown(path), 0, reason)])
    try:
        data = path.read_bytes()
        if suffix == ".xlsx":
            return read_workbook(shown(path), data)
        return Release(Text(shown(path), data))
    except Fault as fault:
        raise Refused([fault]) from None
    except OSError as error:
        raise Refused([Fault(shown(path), 0, f"cannot be read: {error.strerror}")]) from None


def read_workbook(path: str, data: bytes) -> Release:
    """The workbook ``data``, called ``path`` in messages, as a release; raises Refused.

    The sheet is read as it stands, so that a fault is named by its cell; then, written in the
    layout of a text, once more: the release's lines are those of that text.
    """
    try:
        import workbook  # only here: a text is read without openpyxl
    except ModuleNotFoundError as error:
        reason = (
            f"a workbook is read with {error.name}, which is not installed; "
            "install requirements.lock, or save the sheet as text (tab-separated)"
        )
        raise Refused([Fault(path, 0, reason)]) from None
    try:
        sheet = workbook.read_sheet(path, data, TITLE)
    except workbook.Unreadable as error:
        raise Refused(
            Fault(path, row, reason, cell) for row, cell, reason in error.faults
        ) from None
    draft = Release(sheet)
    kinds = {number: kind for number, kind, _ in draft.other_lines}
    lines, offset = workbook.page(sheet.lines, kinds, *draft.first_header)
    text = Text(path, "\n".join(lines).encode())
    text.source_format = "workbook"
    text.sha256 = hashlib.sha256(data).hexdigest()
    text.sheet_name, text.row_offset = sheet.name, str(offset)
    return Release(text)


def seed_rows(release: Release, file_name: str) -> dict[str, Iterator[tuple]]:
    """The rows of each seed that one release makes, in the order of its lines."""
    text, key = release.text, release.release_id

    def layout(row: Row) -> str:
        return "" if row.layout == release.cell_layout else row.layout

    def flag(value: bool) -> str:
        return "true" if value else "false"

    return {
        "releases": iter([(
            key, file_name, release.title, release.units_note, release.first_month, key,
            len(text.lines), sum(len(row.cells) for row in release.rows()), text.line_ending,
            flag(text.has_byte_order_mark), flag(text.ends_with_newline), release.cell_layout,
            text.sha256, text.source_format, text.text_sha256, text.sheet_name, text.row_offset,
        )]),
        "monthly_trade": (
            (
                key, row.line, row.year, row.first, row.label, flag(row.is_revised),
                layout(row), *row.cells,
            )
            for row in release.months
        ),
        "annual_trade": (
            (
                key, row.line, row.year, row.first, row.last, row.label, flag(row.is_revised),
                layout(row), *row.cells,
            )
            for row in release.annuals
        ),
        "release_lines": ((key, *line) for line in release.other_lines),
    }  # fmt: skip


def write_seeds(paths: list[Path], folder: Path) -> None:
    """Read every release and write the seeds into ``folder``, one release in memory at a time.

    Raises Refused with the faults of all the files.
    """
    faults: list[Fault] = []
    file_of: dict[str, str] = {}
    with ExitStack() as stack:
        files, writers = [], {}
        for name, header in HEADERS.items():
            file = stack.enter_context((folder / name).open("w", encoding="utf-8", newline=""))
            files.append(file)
            writers[name] = csv.writer(file, lineterminator="\n")
            writers[name].writerow(header)
        for path in paths:
            try:
                release = read_release(path)
            except Refused as refused:
                faults.extend(refused.faults)
                continue
            if other := file_of.get(release.release_id):
                reason = f"ends with {release.release_id}, as {other} does; keep one of the two"
                faults.append(Fault(shown(path), 0, reason))
                continue
            file_of[release.release_id] = shown(path)
            for name, rows in seed_rows(release, path.name).items():
                writers[name].writerows(rows)
        if faults:
            raise Refused(faults)
        for file in files:
            file.flush()
            os.fsync(file.fileno())


def replace_all(new: Path, folder: Path) -> None:
    """Move the files of ``new`` over the seeds in ``folder``: all of them, or none if one fails."""
    targets = {name: folder / f"{name}.csv" for name in HEADERS}
    for name, target in targets.items():
        if target.exists():
            shutil.copyfile(target, new / f"{name}.old")
    moved = []
    try:
        for name, target in targets.items():
            moved.append(name)
            os.replace(new / name, target)
    except BaseException:
        for name in moved:
            if (new / f"{name}.old").exists():
                os.replace(new / f"{name}.old", targets[name])
            else:
                targets[name].unlink(missing_ok=True)
        raise


def normalize(releases: Path, seeds: Path, *, check: bool) -> str:
    """Write (or, with ``check``, compare) the seeds, and say in a sentence what was done.

    Raises Refused for a release or seeds that are not as they should be, OSError for a disk
    that cannot be written; the seeds are then as they were.
    """
    paths = release_paths(releases)
    # The new files lie on the seeds' own disk, so that a move is a rename, and have no ".csv" in
    # their names, so that dbt never takes what a killed run left behind for seeds.
    with tempfile.TemporaryDirectory(prefix=".next-", dir=None if check else seeds) as scratch:
        new = Path(scratch)
        write_seeds(paths, new)
        changed = [
            f"{name}.csv" for name in HEADERS if not same_bytes(new / name, seeds / f"{name}.csv")
        ]
        if check and changed:
            reason = "is not what the releases say; run scripts/normalize_release.py"
            raise Refused(Fault(shown(seeds / name), 0, reason) for name in changed)
        if changed:
            replace_all(new, seeds)
    count = f"{len(paths)} release{'s' * (len(paths) != 1)}"
    done = f"{', '.join(changed)} written" if changed else "the seeds are up to date"
    return f"{count}: {done}"


def same_bytes(one: Path, other: Path) -> bool:
    """Whether two files are alike, read in pieces; a missing file is like no other."""
    if not other.exists() or one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as left, other.open("rb") as right:
        while piece := left.read(1 << 20):
            if piece != right.read(1 << 20):
                return False
    return True


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Read the releases, texts and workbooks, and write the generated seeds.",
        epilog="example: scripts/normalize_release.py --check",
    )
    parser.add_argument("--releases", type=Path, default=ROOT / "releases", metavar="FOLDER",
                        help="where the releases are (default: releases)")  # fmt: skip
    parser.add_argument("--seeds", type=Path, default=ROOT / "seeds", metavar="FOLDER",
                        help="where the seeds go (default: seeds)")  # fmt: skip
    parser.add_argument("--check", action="store_true",
                        help="write nothing; exit with 1 if a seed is out of date")  # fmt: skip
    options = parser.parse_args(arguments)
    for folder in (options.releases, options.seeds):
        if not folder.is_dir():
            parser.error(f"{shown(folder)} is not a folder")
    try:
        done = normalize(options.releases, options.seeds, check=options.check)
    except Refused as refused:
        failure = str(refused)
    except OSError as error:
        failure = f"{error.filename or shown(options.seeds)}: {error.strerror or error}"
    except KeyboardInterrupt:
        failure = "interrupted"
    else:
        print(done)
        return 0
    print(failure, file=sys.stderr)
    if not options.check:
        print("nothing was written", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
