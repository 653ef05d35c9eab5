"""The table as its lines say it: rows of cells, lines without, and every fault on the way.

Two sources have lines: a text, and the sheet of a workbook; the parser knows neither (Source).
What it makes of them is a Draft; a Release (reader.py) is a Draft read from the release's own text.

Variants that are read to the same cells:

  - trailing and leading blanks in labels, headers and cells; no-break spaces;
  - a header row shifted by one column (``Balance`` over Goods); ``Period`` in either header row;
    groups and columns in another order; ``Goods`` with or without ``(1)``;
  - numbers without thousands separators, in double quotes, or with U+2212 or an en dash for
    minus;
  - CRLF line ends; a UTF-8 byte-order mark; a newline at the end, or none;
  - ``(R)`` behind a month or an annual label (kept as is_revised); ``Jan.- Dec.``,
    ``Jan. -Dec.``, an en dash; ``Jan. -`` for January alone;
  - a banner of up to three lines, whatever division of the Census Bureau it names;
  - any number of page breaks, or none;
  - a year or month that is not printed yet: nine empty fields, no fields at all, or the marks
    ``-``, ``(*)`` and ``n.a.`` in all nine;
  - a complete last year, a part year, or a last year of which nothing is printed yet.

What is refused beside what cannot be read: words that contradict what the tables say of every
number (CONTRADICTIONS), and a table that does not end with the two lines that close every
published one (CLOSING), since its last years may be cut off.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from project import quoted

from .faults import Fault, Faults
from .text import DIGITS, clean

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

TITLE = re.compile(
    r"U\.S\. International Trade in Goods and Services, ([0-9]{4}) ?- ?Present", re.IGNORECASE
)
TITLE_BEGINS = "u.s. international trade in goods and services"
REVISED = re.compile(r"\s*\(R\)$", re.IGNORECASE)
FOOTNOTE_MARK = re.compile(r"\s*\(\w\)$")
YEAR = re.compile(r"[12][0-9]{3}")
ANNUAL = re.compile(r"Jan(?:uary|\.)? ?-(?: ?([a-z]+)\.?)?", re.IGNORECASE)
FOOTNOTE = re.compile(
    r"\(\w\)|notes?\b|goods data |details may |data |revised|u\.s\. (?:census|bureau)",
    re.IGNORECASE,
)
MOST_LINES_ABOVE = 3  # real ones have one at most, beside title and units
# Words that no line of the table has, and what they contradict.
CONTRADICTIONS = [
    (re.compile(pattern, re.IGNORECASE), what)
    for pattern, what in (
        (r"\b(?:hundred|thousand|billion|trillion)s?\b", "in millions of dollars"),
        (r"\b(?:not|non|un)\W*(?:season|adjusted)|\bwithout season", "seasonally adjusted"),
        (r"\b(?:chained|constant|real|inflation)\b|\b[12][0-9]{3} dollars", "in current dollars"),
        (r"\b(?:census|customs)[- ](?:basis|based|value)|\bnot\b.*\b(?:bop|balance of payments)\b",
         "on a balance-of-payments basis"),
    )
]  # fmt: skip
# The lines that close every published table, what they are called in messages, and their kind.
CLOSING = [
    ("footnote", re.compile(r"\b(?:balance of payments|bop)\b.*\bbasis\b", re.IGNORECASE),
     '"(1) Data presented on a Balance of Payments (BOP) Basis."'),
    ("source", re.compile(r"source: .*\bcensus bureau\b", re.IGNORECASE),
     '"Source: U.S. Census Bureau, ..."'),
]  # fmt: skip
# Quotes come in pairs.
NUMBER = re.compile(rf"""(\s*("\s*)?)([-\u2212\u2013]?)({DIGITS})(\s*(?(2)"\s*))""")
NOT_PRINTED = {"", "-", "(*)", "n.a."}
MOST_DIGITS = 9  # the tables' INTEGER holds every number of nine digits


class Source(Protocol):
    """What the parser reads: tab-separated lines, and what messages call a place in them."""

    path: str
    lines: list[str]

    def cell(self, line: int, column: int) -> str: ...
    def line_name(self, line: int) -> str: ...
    def column_name(self, column: int) -> str: ...


@dataclass
class Row:
    """One printed row: a month or an annual row, and its nine cells in the order of SERIES.

    ``first`` and ``last`` are the months that it covers; the cells are millions of US dollars.
    ``layout`` says how they stand on the line: a format string in which ``{k:,}`` is the k-th
    series, and ``{k+9:,}`` its absolute value behind a sign that is spelled out.
    """

    line: int
    period_type: str
    label: str
    is_revised: bool
    year: int
    first: int
    last: int
    layout: str = ""
    cells: list[int] = field(default_factory=list)


@dataclass
class Year:
    """One year of the release while it is read."""

    year: int
    line: int
    annual: Row | None = None
    empty_annual: int = 0  # the line of an annual row without numbers
    months: dict[int, int] = field(default_factory=dict)  # month number -> the line it stands on
    printed: set[int] = field(default_factory=set)  # those of them that carry numbers
    last_month: int = 0
    # A row that cannot be read may be the very one that seems to be missing.
    has_unread_row: bool = False


@dataclass(frozen=True)
class Draft:
    """The table as one source has it: its rows, and the lines without cells.

    ``other_lines`` are (line number, kind, text).  ``header_line`` is the first page's lower
    header row, ``columns`` the position of each series' field under it.
    """

    release_table: str
    title: str
    units_note: str
    months: Sequence[Row]
    annuals: Sequence[Row]
    other_lines: Sequence[tuple[int, str, str]]
    header_line: int
    columns: dict[str, int]

    def rows(self) -> Iterator[Row]:
        yield from self.months
        yield from self.annuals

    @property
    def first_month(self) -> str:
        return f"{self.months[0].year}-{self.months[0].first:02}"

    @property
    def release_id(self) -> str:
        """The last month that is printed, such as ``2024-02``."""
        return f"{self.months[-1].year}-{self.months[-1].first:02}"

    def cell_layout(self) -> str:
        """The layout that most of the rows have."""
        return Counter(row.layout for row in self.rows()).most_common(1)[0][0]


def parse(source: Source) -> Draft:
    """The table that ``source`` prints; raises Refused with all that is wrong with it."""
    return Parser(source).draft()


class Parser:
    """One pass over the lines of a source; ``draft`` is what it found, or Refused."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.faults = Faults()
        self.title = self.units_note = ""
        self.first_year_by_title = 0
        self.months: list[Row] = []
        self.annuals: list[Row] = []
        self.other_lines: list[tuple[int, str, str]] = []
        self.lines_above = 0  # the header, beside title and units
        self.closed_by: dict[str, int] = {}  # kind of a closing line -> where it stands
        self.years: dict[int, Year] = {}
        self.year = self.preface = Year(0, 0)  # the year that is read; before the first: none
        self.flow_fields: list[str] | None = None  # the upper header row, till the lower is met
        self.columns: dict[str, int] = {}  # series -> position of its field
        self.width = 0
        self.first_header: tuple[int, dict[str, int]] = (0, {})  # its lower row, its columns
        self.header_is_faulty = False  # then rows are not blamed for what the header caused
        self.has_separators = any(
            "\t" in line and re.search(r"[0-9],[0-9]{3}", line) for line in source.lines
        )

    def draft(self) -> Draft:
        for number, line in enumerate(self.source.lines, 1):
            self.read_line(number, line)
        self.check_whole()
        if self.faults.count:
            raise self.faults.refused()
        return Draft(
            "history", self.title, self.units_note, self.months, self.annuals, self.other_lines,
            *self.first_header,
        )  # fmt: skip

    def fault(self, line: int, reason: str, column: int = 1) -> None:
        self.faults.add(Fault(self.source.path, line, reason, self.source.cell(line, column)))

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
                row = Row(number, "month", raw[0], is_revised, self.year.year, month, month)
                self.read_cells(row, raw, fields)
                self.months.append(row)
                return
            kind = "month not printed"
        elif (annual := ANNUAL.fullmatch(label)) is not None:
            if not is_empty:
                last = self.last_month(number, annual)
                kind = "year" if last == 12 else "part_year"
                row = Row(number, kind, raw[0], is_revised, self.year.year, 1, last)
                self.place_annual(row)
                self.read_cells(row, raw, fields)
                self.annuals.append(row)
                return
            self.year.empty_annual = self.year.empty_annual or number
            kind = "annual not printed"
        elif is_header(fields):
            self.read_header(number, fields)
            kind = "header"
        elif not is_empty:
            if prose_kind(fields[0]):
                beside = first_column(fields, 1)
                reason = f"{quoted(fields[beside - 1])} stands beside {quoted(fields[0])}"
                self.fault(number, f"{reason}; expected nothing there", beside)
                self.read_prose(number, fields[0])
                return
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
        """The kind of a line of words, which may not contradict what the table is."""
        kind = prose_kind(words)
        what = quoted(words)
        if kind == "title":
            self.title = self.title or words
        elif kind == "units":
            self.units_note = self.units_note or words
        for pattern, expected in CONTRADICTIONS:
            if said := pattern.search(words):
                reason = f"{what} says {quoted(said[0])}; this table is {expected}"
                self.fault(number, reason)
                return kind
        if not kind and not self.is_above():
            reason = "is neither a month, an annual label, a year nor a footnote"
            self.unread(number, f"{what} {reason}")
            return kind
        if kind == "title":
            self.read_title(number, words)
        elif kind == "units":
            self.read_units(number, words)
        elif self.is_above():
            self.lines_above += 1
            if self.lines_above == MOST_LINES_ABOVE + 1:
                most = f"more than {MOST_LINES_ABOVE} lines stand above the header"
                self.fault(number, f"{most} beside title and units, such as {what}")
        for closing, pattern, _ in CLOSING:
            if kind == closing and pattern.search(words):
                self.closed_by[kind] = number
        return kind or "banner"

    def is_above(self) -> bool:
        """Whether the first header is still to come."""
        return not self.years and not self.columns

    def read_title(self, number: int, words: str) -> None:
        title = TITLE.fullmatch(FOOTNOTE_MARK.sub("", words))
        if title is None:
            expected = "U.S. International Trade in Goods and Services, 1992 - Present"
            self.fault(number, f'the title is {quoted(words)}; expected "{expected}"')
        elif not self.first_year_by_title:
            self.first_year_by_title = int(title[1])
        elif self.first_year_by_title != int(title[1]):
            first = f"the first title with {self.first_year_by_title}"
            self.fault(number, f"the title begins with {title[1]}, {first}")

    def read_units(self, number: int, words: str) -> None:
        folded = words.casefold()
        if not folded.startswith("in millions of dollars"):
            self.fault(number, f'the units are {quoted(words)}; expected "In millions of dollars"')
        if "seasonally adjusted" not in folded:
            self.fault(number, f'{quoted(words)} does not say "Seasonally adjusted"')

    # ---- headers

    def read_header(self, number: int, fields: list[str]) -> None:
        """Take one of the two header rows; the lower one completes the columns."""
        names = [header_name(field) for field in fields]
        is_upper = any(name in FLOWS for name in names[1:])
        if is_upper:
            self.columns, self.header_is_faulty = {}, False
        faults = self.faults.count
        if names[0] not in ("", "period"):
            self.fault(number, f'the first column is headed {quoted(fields[0])}; expected "Period"')
        for position, name in enumerate(names[1:], 2):
            if name not in ("", *FLOWS, *COMPONENTS):
                what = quoted(fields[position - 1])
                where = self.source.column_name(position)
                self.fault(number, f"{where} has the unknown header {what}", position)
        self.header_is_faulty |= self.faults.count > faults
        if is_upper:
            self.flow_fields = names
            return
        if self.flow_fields is None:
            self.fault(number, "no row with Balance, Exports and Imports stands over this header")
            self.header_is_faulty = True
            return
        columns, problem, column = series_columns(self.flow_fields, names)
        self.columns = {series: at for series, at in columns.items() if series in SERIES}
        self.width = len(names)
        self.flow_fields = None
        if problem and not self.header_is_faulty:
            self.fault(number, problem, column)
            self.header_is_faulty = True
        if not self.first_header[0]:
            self.first_header = number, self.columns
        elif self.columns != self.first_header[1] and not self.header_is_faulty:
            first = self.source.line_name(self.first_header[0])
            self.fault(number, f"the columns stand otherwise than under the header of {first}")
            self.header_is_faulty = True

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
            if series not in self.columns or series in empty:
                continue
            at = self.columns[series]
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
                where = self.source.column_name(at + 1)
                reason = f"{where} has no header, yet reads {quoted(fields[at])}"
                self.fault(row.line, reason, at + 1)
        row.layout = "\t".join(layouts[position] for position in range(1, len(raw)))

    # ---- the calendar

    def open_year(self, number: int, year: int) -> None:
        if (known := self.years.get(year)) is not None:
            first = self.source.line_name(known.line)
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
            first = self.source.line_name(year.months[month])
            self.fault(number, f"{name} stands twice (first on {first})")
        elif month < year.last_month:
            self.fault(number, f"{name} stands after {MONTHS[year.last_month - 1]}: out of order")
        year.months.setdefault(month, number)
        year.last_month = max(month, year.last_month)
        if is_printed:
            year.printed.add(month)

    def last_month(self, number: int, annual: re.Match[str]) -> int:
        """The month that an annual label ends with; January where it names but one."""
        last = ABBREVIATIONS.get((annual[1] or "Jan").casefold(), 0)
        if not last:
            self.unread(number, f"{quoted(annual[0])} does not end in a month")
        return last or 12

    def place_annual(self, row: Row) -> None:
        """Enter an annual row in its year, once."""
        self.need_year(row.line, "an annual row")
        if self.year.annual is None:
            self.year.annual = row
            return
        if not self.year.has_unread_row:
            first = f"first on {self.source.line_name(self.year.annual.line)}"
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
        rows_end = max((row.line for row in itertools.chain(self.months, self.annuals)), default=0)
        lacking = [words for kind, _, words in CLOSING if self.closed_by.get(kind, 0) <= rows_end]
        if lacking:
            reason = f"does not end with {' and '.join(lacking)}; is it cut off?"
            self.fault(0, reason)
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
            if year.printed and year.empty_annual:
                reason = f"the annual row of {year.year} has no numbers"
                self.fault(year.empty_annual, reason)
            elif year.printed:
                self.fault(year.line, f"the year {year.year} has no annual row")
        elif year.annual.last != last and not lacking:
            ends = f"ends in {MONTHS[last - 1]}" if last else "has no months"
            label = quoted(clean(year.annual.label))
            self.fault(year.annual.line, f"the label is {label}, yet {year.year} {ends}")


def first_column(fields: list[str], after: int = 0) -> int:
    """The column, counted from 1, of the first field that is not blank after so many others."""
    return next((at for at, field in enumerate(fields, 1) if at > after and field), 1)


def prose_kind(words: str) -> str:
    """What a line of words is by how it begins: a title, units, a source, a footnote; or ""."""
    folded = words.casefold()
    if folded.startswith(TITLE_BEGINS):
        return "title"
    if folded.startswith("in ") and "dollars" in folded:
        return "units"
    if folded.startswith("source"):
        return "source"
    return "footnote" if FOOTNOTE.match(words) else ""


def is_header(fields: list[str]) -> bool:
    """Whether a row names columns: a flow or a component stands in a field behind the first."""
    return any(header_name(field) in FLOWS + COMPONENTS for field in fields[1:])


def header_name(field: str) -> str:
    """A header without its footnote mark, in lower case: ``Goods (1)`` is ``goods``."""
    return FOOTNOTE_MARK.sub("", field).casefold()


def spaced(series: str) -> str:
    return series.replace("_", " ")


def series_columns(flows: list[str], components: list[str]) -> tuple[dict[str, int], str, int]:
    """Where each series stands, from the two header rows; what is wrong with them, or ""; and in
    which column, counted from 1.

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
            return columns, "", 0
        found.append(columns)
    # What is wrong is told of the columns as they were meant: the first flow over the first one.
    first_flow, first_component = (
        next((at for at, name in enumerate(names) if at and name), 0)
        for names in (flows, components)
    )
    best = found[max(0, min(2, first_flow - first_component))]
    lacking = [spaced(series) for series in SERIES if series not in best]
    if lacking:
        return best, f"the header lacks {', '.join(lacking)}", 1
    again = (at for at, name in enumerate(components) if at and name and at not in best.values())
    return best, "the header names a column twice", next(again, 0) + 1
