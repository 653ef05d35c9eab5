"""Parse the lines of a table: rows of cells, lines without, and every fault.

Two sources have lines, a text and the sheet of a workbook; the parser knows neither (Source). It
returns a Draft; a Release (reader.py) is a Draft read from the release's own text. Two tables have
such lines; their differences are data (tables.py).

tests/cases/read.toml lists variants that are read to the same cells, refused.toml what is refused:
what cannot be read, words that contradict what the tables say of every number (CONTRADICTIONS),
another table, an export of 0 or less, a month that has not ended, and a table without the two lines
that close every published one, since its last years may be cut off.
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from project import quoted

from .faults import Faults, Source, refusal
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
from .tables import (
    HISTORY,
    LAST_PRINT_HEADING,
    Table,
    other_table,
    published_words,
    table_of,
)
from .text import DIGITS, clean
from .years import ABBREVIATIONS, MONTH_NUMBERS, MONTHS, Calendar, Row

REVISED = re.compile(r"\s*\(R\)$", re.IGNORECASE)
YEAR = re.compile(r"[12][0-9]{3}(?:\.0)?")
ANNUAL = re.compile(r"Jan(?:uary|\.)? ?-(?: ?([a-z]+)\.?)?", re.IGNORECASE)
DATE = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}")
MOST_LINES_ABOVE = 3  # real tables have one at most besides the required lines
# Words that no published line has, and what they contradict.
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
NUMBER = re.compile(rf"""(\s*("\s*)?)([-\u2212\u2013]?)({DIGITS})((?:\.0)?\s*(?(2)"\s*))""")
# Separators of thousands by locale; "35.123" alone might be a fraction.
SEPARATED_OTHERWISE = re.compile(
    r"""\s*"?[-\u2212\u2013]?[0-9]{1,3}"""
    r"""(?:([ \u00a0\u2009\u202f.'\u2019])[0-9]{3})(?:\1[0-9]{3})*"?\s*"""
)
MARKS = {
    " ": "a blank", "\u00a0": "a no-break blank", "\u2009": "a narrow blank",
    "\u202f": "a narrow blank", ".": "a point", ",": "a comma", ";": "a semicolon",
    "|": "a bar",
}  # fmt: skip
# A row of numbers in a text without tabs.
UNTABBED = re.compile(
    rf"""\s*"?(?:{"|".join(MONTHS)}|Jan\. ?- ?[A-Z][a-z]+\.)(?: \(R\))?"?\s*?([,;| ])\s*"?-?[0-9]"""
)
today = datetime.date.today  # a test sets another day
NOT_PRINTED = {"", "-", "(*)", "n.a."}
MOST_DIGITS = 9  # the tables' INTEGER holds every number of nine digits


@dataclass(frozen=True)
class Draft:
    """The table as one source has it: its rows, and the lines without cells.

    ``previously_published`` is the row of the month before, in a table that has one.
    ``other_lines`` are (line number, kind, text); ``unknown_lines`` the numbers of those whose
    words were never published.  ``header_line`` is the first page's lower
    header row, ``columns`` the position of each series' field under it.
    """

    release_table: str
    title: str
    units_note: str
    months: Sequence[Row]
    annuals: Sequence[Row]
    previously_published: Row | None
    other_lines: Sequence[tuple[int, str, str]]
    unknown_lines: frozenset[int]
    header_line: int
    columns: dict[str, int]

    def rows(self) -> Iterator[Row]:
        yield from self.months
        yield from self.annuals
        if self.previously_published:
            yield self.previously_published

    @property
    def first_month(self) -> str:
        return f"{self.months[0].year}-{self.months[0].first:02}"

    @property
    def release_id(self) -> str:
        """Return the last month that is printed, such as ``2024-02``."""
        return f"{self.months[-1].year}-{self.months[-1].first:02}"

    def cell_layout(self) -> str:
        """Return the layout that most of the rows have."""
        return Counter(row.layout for row in self.rows()).most_common(1)[0][0]


def parse(source: Source) -> Draft:
    """Return the table that ``source`` prints; raise Refused with all that is wrong with it."""
    return Parser(source).draft()


class Parser:
    """One pass over the lines of a source; ``draft`` is what it found, or Refused."""

    def __init__(self, source: Source) -> None:
        check_tabs(source)
        self.source = source
        self.table = named_table(source)
        self.faults = Faults(source)
        self.fault = self.faults.at
        self.calendar = Calendar(self.table, self.faults)
        self.first_words: dict[str, str] = {}  # kind of a line of words -> the first such line
        self.months: list[Row] = []
        self.annuals: list[Row] = []
        self.previously_published_heading = (0, "")  # its line number and words
        self.previously_published: Row | None = None
        self.other_lines: list[tuple[int, str, str]] = []
        self.unknown: set[int] = set()  # the lines whose words were never published
        self.lines_above = 0  # the header, beside those that must be there
        self.closed_by: dict[str, int] = {}  # a closing line -> its line number
        self.flow_fields: list[str] | None = (
            None  # the upper header row, until the lower one is read
        )
        self.columns: dict[str, int] = {}  # series -> position of its field
        self.width = 0
        self.first_header: tuple[int, dict[str, int]] = (0, {})  # its lower row, its columns
        self.header_is_faulty = False  # then rows are not blamed for the header's fault
        self.has_separators = any(
            "\t" in line and re.search(r"[0-9],[0-9]{3}", line) for line in source.lines
        )

    def draft(self) -> Draft:
        """Read every line, then check what only the end can show."""
        for number, line in enumerate(self.source.lines, 1):
            self.read_line(number, line)
        self.check_whole()
        if self.faults.count:
            raise self.faults.refused()
        return Draft(
            self.table.name, self.first_words["title"], self.first_words["units"], self.months,
            self.annuals, self.previously_published, self.other_lines, frozenset(self.unknown),
            *self.first_header,
        )  # fmt: skip

    # ---- lines

    def read_line(self, number: int, line: str) -> None:
        """Read one line as a row of cells or as a line without."""
        raw = line.split("\t")
        fields = [clean(field) for field in raw]
        if "NA" in fields:
            reason = '"NA" is in a blank field, as R writes it; write blanks (na = "")'
            self.fault(number, reason, fields.index("NA") + 1, cause="NA")
            fields = ["" if field == "NA" else field for field in fields]
            raw = ["" if field.strip() == "NA" else field for field in raw]
        label = REVISED.sub("", fields[0])
        row = Row(number, "", raw[0], label != fields[0], 0, 0, 0)
        is_empty = NOT_PRINTED.issuperset(fields[1:])
        if is_empty and not fields[0]:
            kind = "blank"
        elif YEAR.fullmatch(label):
            if not is_empty:
                reason = f"the year row {label} carries numbers; expected a label alone"
                self.fault(number, reason, first_column(fields, 1))
            self.calendar.enter(number, "year", int(label[:4]))
            kind = "year"
        elif (month := MONTH_NUMBERS.get(label.casefold())) is not None:
            row.year = self.calendar.enter(number, "month", month, is_printed=not is_empty)
            row.period_type, row.first, row.last = "month", month, month
            if not is_empty:
                self.read_cells(row, raw, fields)
                self.months.append(row)
                return
            kind = "month not printed"
        elif (annual := ANNUAL.fullmatch(label)) is not None:
            if not is_empty:
                self.read_annual(row, annual[1] or "Jan", quoted(annual[0]))
                self.read_cells(row, raw, fields)
                self.annuals.append(row)
                return
            self.calendar.enter(number, "annual", 12, is_printed=False)
            kind = "annual not printed"
        elif is_header(fields):
            self.read_header(number, fields)
            kind = "header"
        elif not is_empty and not fields[0] and self.expects_previously_published():
            row.period_type = "as_previously_published"
            self.previously_published = row
            self.read_cells(row, raw, fields)
            return
        elif not is_empty:
            if self.table.kind_of(fields[0]):
                beside = first_column(fields, 1)
                reason = f"{quoted(fields[beside - 1])} is beside {quoted(fields[0])}"
                self.fault(number, f"{reason}; expected nothing there", beside)
                self.read_prose(number, fields[0])
                return
            what = quoted(fields[0]) if fields[0] else "a row without a label"
            reason = f"{what} is neither a month, an annual label nor a year"
            cause = "a date" if DATE.match(fields[0]) else ""
            self.unread(number, reason, first_column(fields), cause)
            return
        else:
            kind = self.read_prose(number, fields[0])
        self.other_lines.append((number, kind, line))

    def unread(self, number: int, reason: str, column: int = 1, cause: str = "") -> None:
        """Add the fault of a label that cannot be read; its row is not reported as missing."""
        self.fault(number, reason, column, cause)
        self.calendar.enter(number, "unread")

    def read_annual(self, row: Row, last: str, what: str) -> None:
        """Read the label of an annual row that ends with the month ``last``."""
        row.first, row.last = 1, ABBREVIATIONS.get(last.casefold(), 0)
        if not row.last:
            self.unread(row.line, f"{what} does not end in a month")
            return
        is_to_date = self.calendar.is_to_date()
        row.period_type = "year" if row.last == 12 else "part_year"
        row.period_type = "year_to_date" if is_to_date else row.period_type
        row.year = self.calendar.enter(row.line, "annual", row.last)

    def read_prose(self, number: int, words: str) -> str:
        """Return the kind of a line of words; add a fault if it contradicts the table."""
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
        is_above = not self.calendar.labels and not self.columns
        if not kind and not is_above:
            reason = "is neither a month, an annual label, a year nor a footnote"
            self.unread(number, f"{what} {reason}")
            return kind
        if kind == "title":
            self.read_title(number, words)
        elif kind == "units" and not words.casefold().startswith("in millions of dollars"):
            self.fault(number, f'the units are {what}; expected "In millions of dollars"')
        elif kind == LAST_PRINT_HEADING:
            self.read_previously_published_heading(number, words)
        elif kind not in self.table.above and is_above:
            self.lines_above += 1
            if self.lines_above == MOST_LINES_ABOVE + 1:
                most = f"more than {MOST_LINES_ABOVE} lines are above the header"
                self.fault(number, f"{most} beside title and units, such as {what}")
        if kind == self.table.adjusted and "seasonally adjusted" not in words.casefold():
            self.fault(number, f'{what} does not say "Seasonally adjusted"')
        for closing, pattern, expected in self.table.closing:
            if kind == closing and pattern.search(words):
                self.closed_by[expected] = number
        is_known = (self.table.name, words.casefold()) in published_words()
        if not is_known and kind not in ("title", LAST_PRINT_HEADING):
            self.unknown.add(number)
        return kind or "banner"

    def read_title(self, number: int, words: str) -> None:
        """Read a title; a history's title names the first year."""
        title = self.table.title.fullmatch(FOOTNOTE_MARK.sub("", words))
        if title is None:
            expected = self.table.expected
            self.fault(number, f'the title is {quoted(words)}; expected "{expected}"')
        elif self.table.title.groups:
            year = int(title[1])
            first = self.calendar.first_year = self.calendar.first_year or year
            if first != year:
                reason = f"the title begins with {year}, the first title with {first}"
                self.fault(number, reason)

    def read_previously_published_heading(self, number: int, words: str) -> None:
        """Read the heading of the month as previously published."""
        first, _ = self.previously_published_heading
        if first:
            where = self.source.line_name(first)
            self.fault(number, f"{quoted(words)} is there twice (first on {where})")
            return
        self.previously_published_heading = number, words

    def expects_previously_published(self) -> bool:
        """Return whether a row without a label is the month as previously published."""
        return self.previously_published_heading[0] > 0 and self.previously_published is None

    # ---- headers

    def read_header(self, number: int, fields: list[str]) -> None:
        """Read one of the two header rows; the lower one completes the columns."""
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
            self.fault(number, "no row with Balance, Exports and Imports is above this header")
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
            self.fault(number, f"the columns differ from those under the header of {first}")
            self.header_is_faulty = True

    # ---- rows of cells

    def read_cells(self, row: Row, raw: list[str], fields: list[str]) -> None:
        """Read the row's cells and layout, or add a fault for each cell."""
        if not self.columns or len(fields) != self.width:
            if self.header_is_faulty:
                return
            if self.columns:
                expected = f"expected {self.width}, as in the header"
                self.fault(row.line, f"has {len(fields)} fields; {expected}")
            else:
                self.fault(row.line, "no complete header of two rows is above these numbers")
                self.header_is_faulty = True
            return
        empty = [name for name, at in self.columns.items() if fields[at] in NOT_PRINTED]
        if empty:
            names = ", ".join(map(spaced, empty))
            at = min(self.columns[name] for name in empty)
            self.fault(row.line, f"the row is incomplete: no number for {names}", at + 1)
        layouts = dict(enumerate(raw))
        for index, series in enumerate(SERIES):
            if series in self.columns and series not in empty:
                at = self.columns[series]
                layouts[at] = self.read_cell(row, index, at, raw[at], fields[at])
        for at in sorted({*range(1, len(fields))} - {*self.columns.values()}):
            if fields[at] and not self.header_is_faulty:
                where = self.source.column_name(at + 1)
                reason = f"{where} has no header, yet reads {quoted(fields[at])}"
                self.fault(row.line, reason, at + 1)
        row.layout = "\t".join(layouts[position] for position in range(1, len(raw)))

    def read_cell(self, row: Row, index: int, at: int, raw: str, field: str) -> str:
        """Append the number of a field to the row's cells, or add a fault; return its layout."""
        series = SERIES[index]
        cell = NUMBER.fullmatch(raw)
        if cell is None:
            reason, cause = "is not a whole number of millions", ""
            if mark := SEPARATED_OTHERWISE.fullmatch(raw):
                cause = MARKS.get(mark[1], f'"{mark[1]}"')
                reason = f"has {cause} between its thousands; save the sheet with commas or "
                reason += "nothing there, or put the workbook (.xlsx) here itself"
            self.fault(row.line, f"{spaced(series)}: {quoted(field)} {reason}", at + 1, cause)
            return raw
        before, _, sign, digits, after = cell.groups()
        plain = digits.replace(",", "")
        if len(plain) > MOST_DIGITS:
            reason = f"{quoted(field)} is too large to be millions"
            self.fault(row.line, f"{spaced(series)}: {reason}", at + 1)
            return raw
        value = -int(plain) if sign else int(plain)
        if value <= 0 and not series.startswith("balance"):
            reason = f"{quoted(field)} is not above zero, as every export and import is; "
            reason += "is the column's header right?"
            self.fault(row.line, f"{spaced(series)}: {reason}", at + 1, cause="a sign")
        row.cells.append(value)
        # A number below a thousand fits either style; use the file's.
        grouped = "," in digits or (len(plain) < 4 and self.has_separators)
        spell_sign = sign != "" and not (sign == "-" and value < 0)
        place = index + len(SERIES) if spell_sign else index
        return f"{before}{sign * spell_sign}{{{place}:{',' * grouped}}}{after}"

    # ---- the end

    def check_whole(self) -> None:
        """Add the faults that only the whole text can show."""
        for kind, what in self.table.above.items():
            if kind not in self.first_words:
                self.fault(0, f"has no {what}")
        if not self.months:
            self.fault(0, "has no data: not one month with numbers")
        rows_end = max((row.line for row in itertools.chain(self.months, self.annuals)), default=0)
        year, month = self.calendar.reference_month()
        if self.table.has_previously_published and self.months:
            self.check_previously_published(rows_end, year, month)
            rows_end = max(
                rows_end, self.previously_published.line if self.previously_published else 0
            )
        lacking = [
            words for _, _, words in self.table.closing if self.closed_by.get(words, 0) <= rows_end
        ]
        if lacking:
            reason = f"does not end with {' and '.join(lacking)}; is it cut off?"
            self.fault(0, reason)
        day = today()
        if (year, month) >= (day.year, day.month):
            last = self.months[-1].line
            reason = f"has not ended on {day.isoformat()}; is the year, or the clock, right?"
            self.fault(last, f"{MONTHS[month - 1]} {year}, the last month, {reason}")
        self.calendar.check()

    def check_previously_published(self, rows_end: int, year: int, month: int) -> None:
        """Check the row as previously published: it is there, the last one, of the right month."""
        line, words = self.previously_published_heading
        if not line:
            what = '"... data as published last month:"'
            self.fault(0, f"has no line {what} with last month's row below it")
            return
        if self.previously_published is None:
            self.fault(line, f"no row of numbers without a label is below {quoted(words)}")
        if line < rows_end:
            self.fault(line, f"{quoted(words)} is above other rows; expected below all of them")
        before = (year, month - 1) if month > 1 else (year - 1, 12)
        if ABBREVIATIONS.get(words.split()[0].rstrip(".").casefold()) != before[1]:
            ends = f"is in a release that ends with {MONTHS[month - 1]} {year}"
            self.fault(line, f"{quoted(words)} {ends}; expected {MONTHS[before[1] - 1]}")
        if self.previously_published:
            self.previously_published.year, self.previously_published.first = before
            self.previously_published.last = self.previously_published.first


def named_table(source: Source) -> Table:
    """Return the table that the first title names; a history if there is no title.

    Raises Refused for another table.
    """
    for number, line in enumerate(source.lines, 1):
        words = clean(line.split("\t")[0])
        if reason := other_table(words):
            raise refusal(source.path, reason, number, source.cell(number, 1))
        if table := table_of(words):
            return table
    return HISTORY


def check_tabs(source: Source) -> None:
    """Raise Refused if something other than tabs separates the fields of rows."""
    if any("\t" in line for line in source.lines):
        return
    for number, line in enumerate(source.lines, 1):
        if row := UNTABBED.match(line):
            what = MARKS[row[1]]
            reason = f"has {what} between its fields; expected tabs: save the sheet as text "
            reason += "(tab-separated), or put the workbook (.xlsx) here itself"
            raise refusal(source.path, reason, number)


def first_column(fields: list[str], after: int = 0) -> int:
    """Return the column, counted from 1, of the first field after the label that is not blank."""
    return next((at for at, field in enumerate(fields, 1) if at > after and field), 1)
