"""Parse the lines of a table: rows of cells, lines without, and every fault.

Two tables have such lines; their differences are data (tables.py).  tests/cases/read.toml lists
variants that are read to the same cells, refused.toml what is refused: what cannot be read, words
that contradict what the tables say of every number (CONTRADICTIONS), another table, an export of 0
or less, a month that has not ended, and a table without the two lines that close every published
one, since its last years may be cut off.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from project import quoted

from . import tables, years
from .tables import SERIES, Table, is_header, kind_of
from .text import Refused, Text, clean
from .years import HEADING, MONTH, MONTHS, PREVIOUS, YEAR, Row

REVISED = re.compile(r"\s*\(R\)$", re.IGNORECASE)
# The digits are grouped throughout or not at all: "35,49" has lost a digit. Quotes come in pairs.
DIGITS = "0|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]*"
NUMBER = re.compile(rf"""(\s*("\s*)?)([-\u2212\u2013]?)({DIGITS})((?:\.0)?\s*(?(2)"\s*))""")
NOT_PRINTED = {"", "-", "(*)", "n.a."}
MOST_DIGITS = 9  # the tables' INTEGER holds every number of nine digits
MOST_FAULTS = 100  # of one file that are reported one by one
today = datetime.date.today  # a test sets another day


@dataclass(frozen=True)
class Release:
    """One release: the rows of its table, and the lines without cells.

    ``other_lines`` are (line number, kind, text); ``unknown_lines`` the numbers of those whose
    words were never published; ``columns`` the position of each series' field.
    """

    text: Text
    release_table: str
    title: str
    units_note: str
    rows: Sequence[Row]
    other_lines: Sequence[tuple[int, str, str]]
    unknown_lines: frozenset[int]
    columns: dict[str, int]
    sha256: str = ""  # of the file
    member: str = ""  # of a bundle: the workbook in it

    @property
    def months(self) -> list[str]:
        """Return the months that are printed, such as ``2024-02``."""
        return [f"{row.year}-{row.first:02}" for row in self.rows if row.period_type == MONTH]

    @property
    def release_id(self) -> str:
        return self.months[-1]


def parse(text: Text) -> Release:
    """Return the table that ``text`` prints; raise Refused with all that is wrong with it."""
    parser = Parser(text)
    for number, line in enumerate(text.lines, 1):
        if kind := parser.read_line(number, line):
            parser.other_lines.append((number, kind, line))
    return parser.release()


class Parser:
    """One pass over the lines of a text; ``release`` returns what it found, or raises Refused."""

    def __init__(self, text: Text) -> None:
        self.text, self.table = text, named_table(text)
        self.faults: list[tuple[int, int, str, str]] = []  # line, column, reason, cause
        self.causes: Counter[str] = Counter()
        self.rows: list[Row] = []
        self.other_lines: list[tuple[int, str, str]] = []
        self.said: dict[str, list[tuple[int, str]]] = defaultdict(list)  # required lines by kind
        self.unknown: set[int] = set()  # the lines whose words were never published
        self.flows: list[str] = []  # of the upper header row
        self.columns: dict[str, int] = {}  # series -> position of its field
        self.first_columns: dict[str, int] = {}  # those of the first page
        self.width = 0
        self.has_separators = any(re.search(r"\t.*[0-9],[0-9]{3}", line) for line in text.lines)

    def fault(self, line: int, reason: str, column: int = 1, cause: str = "") -> None:
        """Add a fault; of several with one cause, only the first is listed."""
        self.causes[cause] += 1
        if not cause or self.causes[cause] == 1:
            self.faults.append((line, column, reason, cause))

    def refused(self) -> Refused:
        """Return the error with the first hundred faults by line, and the number of others."""
        faults = []
        for line, column, reason, cause in sorted(self.faults)[:MOST_FAULTS]:
            more = self.causes[cause] - 1 if cause else 0
            reason += f" ({more:,} more like it)" if more else ""
            faults.append(self.text.fault(line, reason, column))
        if more := len(self.faults) - len(faults):
            faults.append(self.text.fault(0, f"and {more:,} more fault{'s' * (more != 1)}"))
        return Refused(faults, len(self.faults))

    # ---- lines

    def read_line(self, number: int, line: str) -> str:
        """Read one line; return its kind if it has no cells."""
        raw = line.split("\t")
        fields = [clean(field) for field in raw]
        label = REVISED.sub("", fields[0]) or fields[0]
        kind, at = years.label_of(label)
        if not kind and not kind_of(label) and is_header(fields):
            self.read_header(number, [tables.unmarked(field) for field in fields])
            return "header"
        is_bare = NOT_PRINTED.issuperset(fields[1:])
        if not label and is_bare:
            return "blank"
        if not label and self.rows and self.rows[-1].period_type in (HEADING, years.UNREAD):
            kind = PREVIOUS
        row = Row(number, kind, raw[0], label != fields[0], last=at)
        if kind in years.WITH_CELLS:
            if is_bare:
                return f"{kind} not printed"
            self.rows.append(row)
            self.read_cells(row, raw, fields)
            return ""
        if not is_bare:
            column = next(at for at, field in enumerate(fields) if at and field) + 1
            reason = "has fields beside it, yet is neither a month nor an annual label"
            what = quoted(fields[0]) if fields[0] else "a blank label"
            self.fault(number, f"{what} {reason}", column)
        if kind:
            row.year, row.last = (at, 0) if kind == YEAR else (0, at)
            self.rows.append(row)
            return kind
        return self.read_words(number, fields[0], is_bare)

    def read_words(self, number: int, words: str, is_bare: bool) -> str:
        """Return the kind of a line of words, which may not contradict what the table is."""
        kind, what = kind_of(words), quoted(words)
        if not kind and self.other_lines and self.other_lines[-1][:2] == (number - 1, "note"):
            kind = "note"  # which goes on
        pattern, example = self.table.required.get(kind, ("", ""))
        is_said = re.fullmatch(pattern, tables.unmarked(words), re.IGNORECASE)
        if example and (is_said or kind not in tables.CLOSING):
            self.said[kind].append((number, words))
        is_unread = not (kind and is_bare) and (self.rows or self.columns)
        if is_unread:
            self.rows.append(Row(number, years.UNREAD))
        for wrong, expected in tables.CONTRADICTIONS.items():
            if found := re.search(wrong, words, re.IGNORECASE):
                self.fault(number, f"{what} says {quoted(found[0])}; this table is {expected}")
                return kind
        if is_unread and is_bare:
            reason = "is neither a month, an annual label, a year nor a footnote"
            self.fault(number, f"{what} {reason}")
        elif example and not is_said and kind not in tables.CLOSING:
            self.fault(number, f"the {kind} line is {what}; expected {example}")
        elif kind == "title" and tables.unmarked(words) != tables.unmarked(self.said[kind][0][1]):
            self.fault(number, f"the title is {what}; expected that of the first page")
        if kind != "title" and (self.table.name, words.casefold()) not in tables.published_words():
            self.unknown.add(number)
        return kind or "banner"

    def read_header(self, number: int, names: list[str]) -> None:
        """Read one of the two header rows; the lower one completes the columns.

        A flow heads as many of them as the others do, wherever it is over them.
        """
        if not set(tables.FLOWS).isdisjoint(names):
            self.flows, self.columns = [name for name in names[1:] if name], {}
            return
        columns = [at for at, name in enumerate(names) if at and name]
        each = len(columns) // max(1, len(self.flows))
        flows = [flow for flow in self.flows for _ in range(each)]
        found = [f"{flow}_{names[at]}" for flow, at in zip(flows, columns, strict=False)]
        if lacking := [spaced(series) for series in SERIES if series not in found]:
            besides = [spaced(series) for series in found if series not in SERIES]
            reason = f"the header lacks {', '.join(lacking)}"
            reason += f" and has {quoted(', '.join(besides))}" if besides else ""
            self.refuse(number, reason)
        self.columns = {series: columns[found.index(series)] for series in SERIES}
        self.width = len(names)
        self.first_columns = self.first_columns or self.columns
        if self.columns != self.first_columns:
            self.refuse(number, "the columns differ from those under the first header")

    def refuse(self, number: int, reason: str) -> NoReturn:
        """Raise Refused with a fault of the header, and those before it."""
        self.fault(number, reason)
        raise self.refused()

    # ---- rows of cells

    def read_cells(self, row: Row, raw: list[str], fields: list[str]) -> None:
        """Read the row's cells and layout, or add a fault for each cell."""
        if not self.columns:
            self.refuse(row.line, "no complete header of two rows is above these numbers")
        if len(fields) != self.width:
            reason = f"has {len(fields)} fields; expected {self.width}, as in the header"
            return self.fault(row.line, reason, cause=reason)
        if empty := [name for name, at in self.columns.items() if fields[at] in NOT_PRINTED]:
            at = min(self.columns[name] for name in empty)
            names = ", ".join(map(spaced, empty))
            reason = f"the row is incomplete: no number for {names}"
            self.fault(row.line, reason, at + 1, cause=names)
        for series, at in self.columns.items():
            if series not in empty:
                raw[at] = self.read_cell(row, series, at + 1, raw[at])
        for at, field in enumerate(fields[1:], 1):
            if field and at not in self.columns.values():
                reason = f"column {at + 1} is none of the nine series, yet reads {quoted(field)}"
                self.fault(row.line, reason, at + 1, cause=f"column {at}")
        row.layout = "\t".join(raw[1:])

    def read_cell(self, row: Row, series: str, column: int, raw: str) -> str:
        """Append the number of a field to the row's cells, or add a fault; return its layout."""
        cell = NUMBER.fullmatch(raw)
        before, _, sign, digits, after = cell.groups() if cell else ("", "", "", "", "")
        plain = digits.replace(",", "")
        reason, cause = "", ""
        if not cell:
            reason = "is not a whole number of millions"
        elif len(plain) > MOST_DIGITS:
            reason = "is too large to be millions"
        elif (sign or plain == "0") and not series.startswith("balance"):
            reason = "is not above zero, as every export and import is; "
            reason, cause = f"{reason}is the column's header right?", "a sign"
        if reason:
            reason = f"{spaced(series)}: {quoted(clean(raw))} {reason}"
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

    def release(self) -> Release:
        """Return the release; raise Refused, also with what only the whole text can show."""
        title = self.said["title"][0][1]
        named = re.search(", ([0-9]{4})", title)
        first = int(named[1]) if named else 0
        years.set_years(self.rows, first)
        with_cells = [row for row in self.rows if row.period_type in years.WITH_CELLS]
        end = max((row.line for row in with_cells), default=0)
        if lacking := [
            example for kind, (_, example) in self.table.required.items()
            if not self.said[kind] or kind in tables.CLOSING and self.said[kind][-1][0] < end
        ]:  # fmt: skip
            self.fault(0, f"lacks the line {' and '.join(lacking)}; is it cut off?")
        year, month = years.last_month(self.rows)
        if not month:
            self.fault(0, "has no data: not one month with numbers")
        else:
            printed = next(row.year for row in self.rows if row.period_type == MONTH)
            first = year - self.table.years + 1 if self.table.years else first or printed
            for line, reason in years.differences(self.rows, self.table, first, year, month):
                self.fault(line, reason)
        day = today()
        if (year, month) >= (day.year, day.month):
            last = max(row.line for row in with_cells if row.period_type == MONTH)
            reason = f"has not ended on {day.isoformat()}; is the year, or the clock, right?"
            self.fault(last, f"{MONTHS[month - 1]} {year}, the last month, {reason}")
        if self.faults:
            raise self.refused()
        years.complete(with_cells, year, month)
        units = self.said["units"][0][1]
        lines = self.other_lines, frozenset(self.unknown)
        table = self.table.name
        return Release(self.text, table, title, units, with_cells, *lines, self.first_columns)


def spaced(series: str) -> str:
    return series.replace("_", " ")


def named_table(text: Text) -> Table:
    """Return the table that the first title names; raise Refused for another table, or none."""
    titles = " and ".join(title for _, title in tables.TITLES)
    for number, line in enumerate(text.lines, 1):
        words = clean(line.split("\t")[0])
        if tables.OTHER.match(words):
            reason = f"{quoted(words)} is another table; those that are read are {titles}"
            raise Refused([text.fault(number, reason)])
        if kind_of(words) == "title":
            return tables.EXHIBIT_1 if words.casefold().startswith("exhibit") else tables.HISTORY
    raise Refused([text.fault(0, f"has no title; those that are read are {titles}")])
