"""The table as its lines say it: rows of cells, lines without, and every fault on the way.

Two sources have lines: a text, and the sheet of a workbook; the parser knows neither (Source).
What it makes of them is a Draft; a Release (reader.py) is a Draft read from the release's own text.
Two tables have such lines; what they differ in is data (tables.py).

Variants that are read to the same cells:

  - trailing and leading blanks in labels, headers and cells; no-break spaces;
  - a header row shifted by one column (``Balance`` over Goods); ``Period`` in either header row;
    groups and columns in another order; ``Goods`` with or without ``(1)``;
  - numbers without thousands separators, in double quotes, or with U+2212 or an en dash for
    minus;
  - CRLF line ends; a UTF-8 byte-order mark; a newline at the end, or none;
  - ``(R)`` behind a month or an annual label (kept as is_revised); ``Jan.- Dec.``,
    ``Jan. -Dec.``, an en dash; ``Jan. -`` for January alone;
  - a banner of up to three lines, whatever division of the Census Bureau it names; a note on
    several lines;
  - any number of page breaks, or none;
  - a year or month that is not printed yet: nine empty fields, no fields at all, or the marks
    ``-``, ``(*)`` and ``n.a.`` in all nine;
  - a complete last year, a part year, or a last year of which nothing is printed yet.

What is refused beside what cannot be read: words that contradict what the tables say of every
number (CONTRADICTIONS), another table of the news release, and a table that does not end with the
two lines that close every published one, since its last years may be cut off.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from project import quoted

from .faults import Fault, Faults, Refused, Source
from .header import (
    COMPONENTS,
    FLOWS,
    FOOTNOTE_MARK,
    SERIES,
    header_name,
    is_header,
    series_columns,
    spaced,
)
from .tables import HISTORY, LAST_PRINT_HEADING, Table, other_table, table_of
from .text import DIGITS, clean
from .years import ABBREVIATIONS, MONTH_NUMBERS, MONTHS, Calendar, Row

REVISED = re.compile(r"\s*\(R\)$", re.IGNORECASE)
YEAR = re.compile(r"[12][0-9]{3}")
ANNUAL = re.compile(r"Jan(?:uary|\.)? ?-(?: ?([a-z]+)\.?)?", re.IGNORECASE)
MOST_LINES_ABOVE = 3  # real ones have one at most, beside those that must be there
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
# Quotes come in pairs.
NUMBER = re.compile(rf"""(\s*("\s*)?)([-\u2212\u2013]?)({DIGITS})(\s*(?(2)"\s*))""")
NOT_PRINTED = {"", "-", "(*)", "n.a."}
MOST_DIGITS = 9  # the tables' INTEGER holds every number of nine digits


@dataclass(frozen=True)
class Draft:
    """The table as one source has it: its rows, and the lines without cells.

    ``last_print`` is last month as the release before printed it, of a table that has that row.
    ``other_lines`` are (line number, kind, text).  ``header_line`` is the first page's lower
    header row, ``columns`` the position of each series' field under it.
    """

    release_table: str
    title: str
    units_note: str
    months: Sequence[Row]
    annuals: Sequence[Row]
    last_print: Row | None
    other_lines: Sequence[tuple[int, str, str]]
    header_line: int
    columns: dict[str, int]

    def rows(self) -> Iterator[Row]:
        yield from self.months
        yield from self.annuals
        if self.last_print:
            yield self.last_print

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
        self.table = named_table(source)
        self.faults = Faults()
        self.calendar = Calendar(source, self.table, self.faults)
        self.first_words: dict[str, str] = {}  # kind of a line of words -> what the first one says
        self.months: list[Row] = []
        self.annuals: list[Row] = []
        self.last_print_heading = (0, "")  # the line it stands on, what it says
        self.last_print: Row | None = None
        self.other_lines: list[tuple[int, str, str]] = []
        self.lines_above = 0  # the header, beside those that must be there
        self.closed_by: dict[str, int] = {}  # a closing line -> where it stands
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
            self.table.name, self.first_words["title"], self.first_words["units"], self.months,
            self.annuals, self.last_print, self.other_lines, *self.first_header,
        )  # fmt: skip

    def fault(self, line: int, reason: str, column: int = 1) -> None:
        self.faults.at(self.source, line, reason, column)

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
            self.calendar.open_year(number, int(label))
            kind = "year"
        elif (month := MONTH_NUMBERS.get(label.casefold())) is not None:
            year = self.calendar.place_month(number, month, is_printed=not is_empty)
            if not is_empty:
                row = Row(number, "month", raw[0], is_revised, year, month, month)
                self.read_cells(row, raw, fields)
                self.months.append(row)
                return
            kind = "month not printed"
        elif (annual := ANNUAL.fullmatch(label)) is not None:
            if not is_empty:
                last = self.last_month(number, annual)
                kind = "year" if last == 12 else "part_year"
                row = Row(number, kind, raw[0], is_revised, 0, 1, last)
                self.calendar.place_annual(row)
                self.read_cells(row, raw, fields)
                self.annuals.append(row)
                return
            self.calendar.place_empty_annual(number)
            kind = "annual not printed"
        elif is_header(fields):
            self.read_header(number, fields)
            kind = "header"
        elif not is_empty and not fields[0] and self.expects_last_print():
            self.last_print = Row(number, "as_previously_published", raw[0], False, 0, 0, 0)
            self.read_cells(self.last_print, raw, fields)
            return
        elif not is_empty:
            if self.table.kind_of(fields[0]):
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
        self.calendar.year.has_unread_row = True

    def read_prose(self, number: int, words: str) -> str:
        """The kind of a line of words, which may not contradict what the table is."""
        kind = self.table.kind_of(words)
        if not kind and self.other_lines and self.other_lines[-1][:2] == (number - 1, "note"):
            kind = "note"  # which goes on
        what = quoted(words)
        self.first_words.setdefault(kind, words)
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
        elif kind == "units" and not words.casefold().startswith("in millions of dollars"):
            self.fault(number, f'the units are {what}; expected "In millions of dollars"')
        elif kind == LAST_PRINT_HEADING:
            self.read_last_print_heading(number, words)
        elif kind not in self.table.above and self.is_above():
            self.lines_above += 1
            if self.lines_above == MOST_LINES_ABOVE + 1:
                most = f"more than {MOST_LINES_ABOVE} lines stand above the header"
                self.fault(number, f"{most} beside title and units, such as {what}")
        if kind == self.table.adjusted and "seasonally adjusted" not in words.casefold():
            self.fault(number, f'{what} does not say "Seasonally adjusted"')
        for closing, pattern, expected in self.table.closing:
            if kind == closing and pattern.search(words):
                self.closed_by[expected] = number
        return kind or "banner"

    def is_above(self) -> bool:
        """Whether the first header is still to come."""
        return not self.calendar.years and not self.columns

    def read_title(self, number: int, words: str) -> None:
        title = self.table.title.fullmatch(FOOTNOTE_MARK.sub("", words))
        if title is None:
            expected = self.table.expected
            self.fault(number, f'the title is {quoted(words)}; expected "{expected}"')
        elif self.table.title.groups:
            self.calendar.begin_with(number, int(title[1]))

    def read_last_print_heading(self, number: int, words: str) -> None:
        """Take the line above last month's first print."""
        first, _ = self.last_print_heading
        if first:
            where = self.source.line_name(first)
            self.fault(number, f"{quoted(words)} stands twice (first on {where})")
            return
        self.last_print_heading = number, words

    def expects_last_print(self) -> bool:
        """Whether a row without a label is last month's first print."""
        return self.last_print_heading[0] > 0 and self.last_print is None

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

    # ---- the end

    def last_month(self, number: int, annual: re.Match[str]) -> int:
        """The month that an annual label ends with; January where it names but one."""
        last = ABBREVIATIONS.get((annual[1] or "Jan").casefold(), 0)
        if not last:
            self.unread(number, f"{quoted(annual[0])} does not end in a month")
        return last or 12

    def check_whole(self) -> None:
        """What only the end of the text can tell."""
        for kind, what in self.table.above.items():
            if kind not in self.first_words:
                self.fault(0, f"has no {what}")
        if not self.months:
            self.fault(0, "has no data: not one month with numbers")
        rows_end = max((row.line for row in itertools.chain(self.months, self.annuals)), default=0)
        if self.table.has_last_print and self.months:
            self.check_last_print(rows_end)
            rows_end = max(rows_end, self.last_print.line if self.last_print else 0)
        lacking = [
            words for _, _, words in self.table.closing if self.closed_by.get(words, 0) <= rows_end
        ]
        if lacking:
            reason = f"does not end with {' and '.join(lacking)}; is it cut off?"
            self.fault(0, reason)
        self.calendar.check()

    def check_last_print(self, rows_end: int) -> None:
        """Whether last month's first print is there, below the other rows, and of that month."""
        line, words = self.last_print_heading
        if not line:
            what = '"... data as published last month:"'
            self.fault(0, f"has no line {what}, with last month's first print below it")
            return
        if self.last_print is None:
            self.fault(line, f"no row of numbers without a label stands below {quoted(words)}")
        if line < rows_end:
            self.fault(line, f"{quoted(words)} stands above other rows; expected below all of them")
        reference = self.calendar.reference_month()
        if reference is None:
            return
        year, month = reference
        before = (year, month - 1) if month > 1 else (year - 1, 12)
        if ABBREVIATIONS.get(words.split()[0].rstrip(".").casefold()) != before[1]:
            ends = f"stands in a release that ends with {MONTHS[month - 1]} {year}"
            self.fault(line, f"{quoted(words)} {ends}; expected {MONTHS[before[1] - 1]}")
        if self.last_print:
            self.last_print.year, self.last_print.first = before
            self.last_print.last = self.last_print.first


def named_table(source: Source) -> Table:
    """The table that the first title names, the history where none does; raises Refused where it
    is another exhibit of the news release."""
    for number, line in enumerate(source.lines, 1):
        words = clean(line.split("\t")[0])
        if reason := other_table(words):
            raise Refused([Fault(source.path, number, reason, source.cell(number, 1))])
        if table := table_of(words):
            return table
    return HISTORY


def first_column(fields: list[str], after: int = 0) -> int:
    """The column, counted from 1, of the first field that is not blank after so many others."""
    return next((at for at, field in enumerate(fields, 1) if at > after and field), 1)
