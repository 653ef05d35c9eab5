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
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from project import quoted

from .faults import Faults, Source, refusal
from .header import FLOWS, NAMES, SERIES, header_name, is_header, series_columns
from .tables import HISTORY, PREVIOUS_HEADING, Table, other_table, published_words, table_of
from .text import DIGITS, clean
from .years import ABBREVIATIONS, MONTH_NUMBERS, MONTHS, Calendar, Row

REVISED = re.compile(r"\s*\(R\)$", re.IGNORECASE)
YEAR = re.compile(r"[12][0-9]{3}(?:\.0)?")
ANNUAL = re.compile(r"Jan(?:uary|\.)? ?-(?: ?([a-z]+)\.?)?", re.IGNORECASE)
DATE = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}")
MOST_LINES_ABOVE = 3  # real tables have one at most besides the required lines
# Words that no published line has, and what they contradict.
CONTRADICTIONS = {
    r"\b(?:hundred|thousand|billion|trillion)s?\b": "in millions of dollars",
    r"\b(?:not|non|un)\W*(?:season|adjusted)|\bwithout season": "seasonally adjusted",
    r"\b(?:chained|constant|real|inflation)\b|\b[12][0-9]{3} dollars": "in current dollars",
    r"\b(?:census|customs)[- ](?:basis|based|value)|\bnot\b.*\b(?:bop|balance of payments)\b": (
        "on a balance-of-payments basis"
    ),
}
# Quotes come in pairs.
NUMBER = re.compile(rf"""(\s*("\s*)?)([-\u2212\u2013]?)({DIGITS})((?:\.0)?\s*(?(2)"\s*))""")
# Separators of thousands by locale; "35.123" alone might be a fraction.
SEPARATED_OTHERWISE = re.compile(
    r"""\s*"?[-\u2212\u2013]?[0-9]{1,3}"""
    r"""(?:([ \u00a0\u2009\u202f.'\u2019])[0-9]{3})(?:\1[0-9]{3})*"?\s*"""
)
MARKS = {" ": "a blank", "\u00a0": "a no-break blank", ".": "a point"}
MARKS |= {"\u2009": "a narrow blank", "\u202f": "a narrow blank"}
MARKS |= {",": "a comma", ";": "a semicolon", "|": "a bar"}
# A row of numbers in a text without tabs.
UNTABBED = re.compile(
    rf"""\s*"?(?:{"|".join(MONTHS)}|Jan\. ?- ?[A-Z][a-z]+\.)(?: \(R\))?"?\s*?([,;| ])\s*"?-?[0-9]"""
)
today = datetime.date.today  # a test sets another day
NOT_PRINTED = {"", "-", "(*)", "n.a."}
MOST_DIGITS = 9  # the tables' INTEGER holds every number of nine digits
PREVIOUS = "as_previously_published"


@dataclass(frozen=True)
class Draft:
    """The table as one source has it: its rows, and the lines without cells.

    ``other_lines`` are (line number, kind, text); ``unknown_lines`` the numbers of those whose
    words were never published.  ``header_line`` is the first page's lower header row, ``columns``
    the position of each series' field under it.
    """

    release_table: str
    title: str
    units_note: str
    rows: Sequence[Row]
    other_lines: Sequence[tuple[int, str, str]]
    unknown_lines: frozenset[int]
    header_line: int
    columns: dict[str, int]

    @property
    def months(self) -> list[str]:
        """Return the months that are printed, such as ``2024-02``."""
        return [f"{row.year}-{row.first:02}" for row in self.rows if row.period_type == "month"]

    @property
    def release_id(self) -> str:
        return self.months[-1]

    def cell_layout(self) -> str:
        """Return the layout that most of the rows have."""
        return Counter(row.layout for row in self.rows).most_common(1)[0][0]


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
        self.rows: list[Row] = []
        self.other_lines: list[tuple[int, str, str]] = []
        self.first_words: dict[str, str] = {}  # kind of a line of words -> the first such line
        self.unknown: set[int] = set()  # the lines whose words were never published
        self.lines_above = 0  # the header, beside those that must be there
        self.closed_by: dict[str, int] = {}  # a closing line -> its line number
        self.previous_heading = (0, "")  # where it stands, what it says
        self.flow_fields: list[str] = []  # the upper header row, until the lower one is read
        self.columns: dict[str, int] = {}  # series -> position of its field
        self.width = 0
        self.first_header: tuple[int, dict[str, int]] = (0, {})  # its lower row, its columns
        self.has_separators = any(
            "\t" in line and re.search(r"[0-9],[0-9]{3}", line) for line in source.lines
        )

    def draft(self) -> Draft:
        """Read every line, then check what only the end can show."""
        for number, line in enumerate(self.source.lines, 1):
            if kind := self.read_line(number, line):
                self.other_lines.append((number, kind, line))
        self.check_whole()
        if self.faults.found:
            raise self.faults.refused()
        title, units = self.first_words["title"], self.first_words["units"]
        lines = self.other_lines, frozenset(self.unknown)
        return Draft(self.table.name, title, units, self.rows, *lines, *self.first_header)

    # ---- lines

    def read_line(self, number: int, line: str) -> str:
        """Read one line as a row of cells or as a line without."""
        raw = line.split("\t")
        fields = [clean(field) for field in raw]
        if "NA" in fields:
            reason = '"NA" is in a blank field, as R writes it; write blanks (na = "")'
            self.fault(number, reason, fields.index("NA") + 1, cause="NA")
            fields = ["" if field == "NA" else field for field in fields]
            raw = ["" if field.strip() == "NA" else field for field in raw]
        label = REVISED.sub("", fields[0])
        row = Row(number, "", raw[0], label != fields[0])
        is_empty = NOT_PRINTED.issuperset(fields[1:])
        if is_empty and not fields[0]:
            return "blank"
        if YEAR.fullmatch(label):
            if not is_empty:
                reason = f"the year row {label} carries numbers; expected a label alone"
                self.fault(number, reason, first_column(fields, 1))
            self.calendar.enter(number, "year", int(label[:4]))
            return "year"
        if month := MONTH_NUMBERS.get(label.casefold()):
            row.year = self.calendar.enter(number, "month", month, is_printed=not is_empty)
            row.period_type, row.first, row.last = "month", month, month
            return "month not printed" if is_empty else self.read_cells(row, raw, fields)
        if annual := ANNUAL.fullmatch(label):
            if is_empty:
                self.calendar.enter(number, "annual", 12, is_printed=False)
                return "annual not printed"
            self.read_annual(row, annual[1] or "Jan", quoted(annual[0]))
            return self.read_cells(row, raw, fields)
        if is_header(fields):
            self.read_header(number, fields)
            return "header"
        if is_empty:
            return self.read_words(number, fields[0])
        if not fields[0] and self.previous_heading[0] and not self.previous():
            row.period_type = PREVIOUS
            return self.read_cells(row, raw, fields)
        if self.table.kind_of(fields[0]):
            beside = first_column(fields, 1)
            reason = f"{quoted(fields[beside - 1])} is beside {quoted(fields[0])}"
            self.fault(number, f"{reason}; expected nothing there", beside)
            return self.read_words(number, fields[0])
        what = quoted(fields[0]) if fields[0] else "a row without a label"
        reason = f"{what} is neither a month, an annual label nor a year"
        self.unread(number, reason, first_column(fields), "a date" * bool(DATE.match(fields[0])))
        return ""

    def previous(self) -> list[Row]:
        return [row for row in self.rows if row.period_type == PREVIOUS]

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
        row.period_type = "year" if row.last == 12 else "part_year"
        if self.calendar.is_to_date():
            row.period_type = "year_to_date"
        row.year = self.calendar.enter(row.line, "annual", row.last)

    def read_words(self, number: int, words: str) -> str:
        """Return the kind of a line of words, which may not contradict what the table is."""
        kind = self.table.kind_of(words)
        if not kind and self.other_lines and self.other_lines[-1][:2] == (number - 1, "note"):
            kind = "note"  # which goes on
        what, folded = quoted(words), words.casefold()
        self.first_words.setdefault(kind, words)
        for pattern, expected in CONTRADICTIONS.items():
            if said := re.search(pattern, words, re.IGNORECASE):
                self.fault(number, f"{what} says {quoted(said[0])}; this table is {expected}")
                return kind
        is_above = not self.calendar.labels and not self.columns
        if not kind and not is_above:
            reason = "is neither a month, an annual label, a year nor a footnote"
            self.unread(number, f"{what} {reason}")
        elif kind == "title":
            self.read_title(number, words)
        elif kind == "units" and not folded.startswith("in millions of dollars"):
            self.fault(number, f'the units are {what}; expected "In millions of dollars"')
        elif kind == PREVIOUS_HEADING:
            if first := self.previous_heading[0]:
                where = self.source.line_name(first)
                self.fault(number, f"{what} is there twice (first on {where})")
            else:
                self.previous_heading = number, words
        elif kind not in self.table.above and is_above:
            self.lines_above += 1
            if self.lines_above == MOST_LINES_ABOVE + 1:
                most = f"more than {MOST_LINES_ABOVE} lines are above the header"
                self.fault(number, f"{most} beside title and units, such as {what}")
        if kind == self.table.adjusted and "seasonally adjusted" not in folded:
            self.fault(number, f'{what} does not say "Seasonally adjusted"')
        for closing, end, expected in self.table.closing:
            if kind == closing and end.search(words):
                self.closed_by[expected] = number
        is_known = (self.table.name, folded) in published_words()
        if not is_known and kind not in ("title", PREVIOUS_HEADING):
            self.unknown.add(number)
        return kind or "banner"

    def read_title(self, number: int, words: str) -> None:
        """Read a title; a history's title names the first year."""
        title = self.table.title.fullmatch(header_name(words))
        if title is None:
            expected = self.table.expected
            self.fault(number, f'the title is {quoted(words)}; expected "{expected}"')
        elif self.table.title.groups:
            year = int(title[1])
            first = self.calendar.first_year = self.calendar.first_year or year
            if first != year:
                self.fault(number, f"the title begins with {year}, the first title with {first}")

    # ---- headers

    def read_header(self, number: int, fields: list[str]) -> None:
        """Read one of the two header rows; the lower one completes the columns."""
        names = [header_name(field) for field in fields]
        if names[0] not in ("", "period"):
            what = quoted(fields[0])
            self.refuse(number, f'the first column is headed {what}; expected "Period"')
        for column, name in enumerate(names[1:], 2):
            if name and name not in NAMES:
                where = self.source.column_name(column)
                what = quoted(fields[column - 1])
                self.refuse(number, f"{where} has the unknown header {what}", column)
        if set(names[1:]) & set(FLOWS):
            self.flow_fields, self.columns = names, {}
            return
        if not self.flow_fields:
            reason = "no row with Balance, Exports and Imports is above this header"
            self.refuse(number, reason)
        self.columns, problem, column = series_columns(self.flow_fields, names)
        if problem:
            self.refuse(number, problem, column)
        self.flow_fields, self.width = [], len(names)
        first, columns = self.first_header
        if not first:
            self.first_header = number, self.columns
        elif self.columns != columns:
            where = self.source.line_name(first)
            self.refuse(number, f"the columns differ from those under the header of {where}")

    def refuse(self, number: int, reason: str, column: int = 1) -> NoReturn:
        """Raise Refused with a fault of the header, and those before it."""
        self.fault(number, reason, column)
        raise self.faults.refused()

    # ---- rows of cells

    def read_cells(self, row: Row, raw: list[str], fields: list[str]) -> str:
        """Read the row's cells and layout, or add a fault for each cell."""
        if not self.columns:
            self.refuse(row.line, "no complete header of two rows is above these numbers")
        self.rows.append(row)
        if len(fields) != self.width:
            expected = f"expected {self.width}, as in the header"
            self.fault(row.line, f"has {len(fields)} fields; {expected}")
            return ""
        if empty := [name for name, at in self.columns.items() if fields[at] in NOT_PRINTED]:
            names = ", ".join(empty).replace("_", " ")
            at = min(self.columns[name] for name in empty)
            self.fault(row.line, f"the row is incomplete: no number for {names}", at + 1)
        layouts = raw.copy()
        for series in SERIES:
            if series not in empty:
                at = self.columns[series]
                layouts[at] = self.read_cell(row, series, at + 1, raw[at])
        for column, field in enumerate(fields[1:], 2):
            if field and column - 1 not in self.columns.values():
                where = self.source.column_name(column)
                self.fault(row.line, f"{where} has no header, yet reads {quoted(field)}", column)
        row.layout = "\t".join(layouts[1:])
        return ""

    def read_cell(self, row: Row, series: str, column: int, raw: str) -> str:
        """Append the number of a field to the row's cells, or add a fault; return its layout."""
        reason, cause = "", ""
        cell = NUMBER.fullmatch(raw)
        before, _, sign, digits, after = cell.groups() if cell else ("", "", "", "", "")
        plain = digits.replace(",", "")
        if len(plain) > MOST_DIGITS:
            reason = "is too large to be millions"
        elif cell and (sign or plain == "0") and not series.startswith("balance"):
            reason = "is not above zero, as every export and import is; "
            reason, cause = f"{reason}is the column's header right?", "a sign"
        elif not cell and (mark := SEPARATED_OTHERWISE.fullmatch(raw)):
            cause = MARKS.get(mark[1], f'"{mark[1]}"')
            reason = f"has {cause} between its thousands; save the sheet with commas or "
            reason += "nothing there, or put the workbook (.xlsx) here itself"
        elif not cell:
            reason = "is not a whole number of millions"
        if reason:
            reason = f"{series.replace('_', ' ')}: {quoted(clean(raw))} {reason}"
            self.fault(row.line, reason, column, cause)
            return raw
        value = -int(plain) if sign else int(plain)
        row.cells.append(value)
        # A number below a thousand fits either style; use the file's.
        grouped = "," in digits or (len(plain) < 4 and self.has_separators)
        spell_sign = sign != "" and not (sign == "-" and value < 0)
        place = SERIES.index(series) + len(SERIES) * spell_sign
        return f"{before}{sign * spell_sign}{{{place}:{',' * grouped}}}{after}"

    # ---- the end

    def check_whole(self) -> None:
        """Add the faults that only the whole text can show."""
        for kind, what in self.table.above.items():
            if kind not in self.first_words:
                self.fault(0, f"has no {what}")
        year, month = self.calendar.reference_month()
        if not month:
            self.fault(0, "has no data: not one month with numbers")
        elif self.table.has_previous:
            self.check_previous(year, month)
        end = max((row.line for row in self.rows), default=0)
        closing = [words for _, _, words in self.table.closing]
        if lacking := [words for words in closing if self.closed_by.get(words, 0) <= end]:
            self.fault(0, f"does not end with {' and '.join(lacking)}; is it cut off?")
        day = today()
        if (year, month) >= (day.year, day.month):
            last = max(row.line for row in self.rows if row.period_type == "month")
            reason = f"has not ended on {day.isoformat()}; is the year, or the clock, right?"
            self.fault(last, f"{MONTHS[month - 1]} {year}, the last month, {reason}")
        self.calendar.check()

    def check_previous(self, year: int, month: int) -> None:
        """Check the row as previously published: there, below the others, of the month before."""
        line, words = self.previous_heading
        if not line:
            what = '"... data as published last month:"'
            self.fault(0, f"has no line {what} with last month's row below it")
            return
        previous, what = self.previous(), quoted(words)
        if not previous:
            self.fault(line, f"no row of numbers without a label is below {what}")
        if any(row.line > line and row.period_type != PREVIOUS for row in self.rows):
            self.fault(line, f"{what} is above other rows; expected below all of them")
        before = (year, month - 1) if month > 1 else (year - 1, 12)
        if ABBREVIATIONS.get(words.split()[0].rstrip(".").casefold()) != before[1]:
            ends = f"is in a release that ends with {MONTHS[month - 1]} {year}"
            self.fault(line, f"{what} {ends}; expected {MONTHS[before[1] - 1]}")
        for row in previous:
            row.year, row.first, row.last = *before, before[1]


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
            reason = f"has {MARKS[row[1]]} between its fields; expected tabs: save the sheet as "
            reason += "text (tab-separated), or put the workbook (.xlsx) here itself"
            raise refusal(source.path, reason, number)


def first_column(fields: list[str], after: int = 0) -> int:
    """Return the column, counted from 1, of the first field after the label that is not blank."""
    return next((at for at, field in enumerate(fields, 1) if at > after and field), 1)
