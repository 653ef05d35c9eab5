"""Compare the labels of a release with the rows that its calendar requires.

The first year, the last month and the kind of table determine the rows and their order. A stretch
that differs is one fault: a lost year, for example, and not each of its months.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .faults import Faults
from .tables import Table

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
MONTH_NUMBERS = {name.casefold(): number for number, name in enumerate(MONTHS, 1)}
ABBREVIATIONS = MONTH_NUMBERS | {name[:3].casefold(): n for n, name in enumerate(MONTHS, 1)}
ABBREVIATIONS["sept"] = 9
# No release has more lines in a hundred years; more are not compared.
MOST_YEARS = 150
MOST_LABELS = 16 * MOST_YEARS


@dataclass
class Row:
    """One row of nine cells, in the order of SERIES; ``period_type`` is its period:

        month         a month
        year, part_year  a year, or the last one as far as it goes
        year_to_date  the same months of a full year
        as_previously_published  the month before, as the release before had it

    ``first`` and ``last`` are the months that it covers; the cells are millions of US dollars.
    ``layout`` says how they stand on the line: a format string in which ``{k:,}`` is the k-th
    series, and ``{k+9:,}`` its absolute value behind a sign that is spelled out.
    """

    line: int
    period_type: str
    label: str
    is_revised: bool
    year: int = 0
    first: int = 0
    last: int = 0
    layout: str = ""
    cells: list[int] = field(default_factory=list)


Key = tuple[str, int, bool]


@dataclass(frozen=True)
class Label:
    """What a row is labelled as, or must be: a ``year``, a ``month``, an ``annual`` row by its
    last month; ``unread`` where nobody knows.  One that is not printed may be there, empty."""

    kind: str
    number: int
    year: int
    is_printed: bool = True
    line: int = 0

    @property
    def key(self) -> Key:
        """Return what is compared; not the year, which a lost row would change for the others."""
        is_compared = self.kind != "annual" or self.is_printed
        return self.kind, self.number * is_compared, self.is_printed

    @property
    def name(self) -> str:
        """Return the words for one row."""
        if self.kind == "unread":
            return ""
        if self.kind == "year":
            return f"the year row {self.number}"
        month = MONTHS[self.number - 1]
        if self.kind == "month":
            return f"{month} {self.year}"
        return f'"Jan. -{f" {month[:3]}." if self.number > 1 else ""}" of {self.year}'


class Calendar:
    """The labels of a release, in the order of its lines; faults go to ``faults``."""

    def __init__(self, table: Table, faults: Faults) -> None:
        self.table, self.faults = table, faults
        self.first_year = 0  # named by the title
        self.labels: list[Label] = []
        self.year = 0

    def enter(self, line: int, kind: str, number: int = 0, *, is_printed: bool = True) -> int:
        """Add the label of a row; return the year of the row."""
        if kind == "year":
            self.year = number
        elif kind == "annual" and self.labels and self.labels[-1].kind == "month":
            self.year += 1  # whose row is lost
        self.labels.append(Label(kind, number, self.year, is_printed, line))
        return self.year

    def is_to_date(self) -> bool:
        """Return whether an annual row that comes now is the second one, of the year to date."""
        before = [it.kind for it in self.labels[-1:] if it.is_printed]
        return self.table.has_year_to_date and before == ["annual"]

    def reference_month(self) -> tuple[int, int]:
        """Return the year and number of the last month; (0, 0) without months.

        Where the rows to compare with agree on a later month, it is that one: its row is lost.
        """
        months = [it for it in self.labels if it.kind == "month" and it.is_printed]
        year, month = max(((it.year, it.number) for it in months), default=(0, 0))
        if month and self.table.has_year_to_date:
            annual = [it.number for it in self.labels if it.kind == "annual" and it.is_printed]
            [(end, count)] = Counter(at for at in annual if at < 12).most_common(1) or [(0, 0)]
            if count > 1:
                year, month = year + (end < month), end
        return year, month

    def expected(self, first: int, year: int, month: int) -> Iterator[Label]:
        """Yield the rows that there must be, and those that may be, which are not printed."""
        has_next = not self.table.years and ("year", year + 1, True) in {
            it.key for it in self.labels
        }
        for at in range(first, year + 1 + has_next):
            last = 12 if at < year else month * (at == year)
            yield Label("year", at, at)
            yield Label("annual", last, at, last > 0)
            if self.table.has_year_to_date and at < year and month < 12:
                yield Label("annual", month, at)
            yield from (Label("month", number, at, number <= last) for number in range(1, 13))

    def check(self) -> None:
        """Compare the labels with the expected ones; add a fault for each stretch that differs."""
        found = self.labels
        year, month = self.reference_month()
        if not month:
            return
        first = next((it.number for it in found if it.kind == "year"), year)
        first = year - self.table.years + 1 if self.table.years else self.first_year or first
        if year - first >= MOST_YEARS or len(found) > MOST_LABELS:
            reason = f"the rows reach from {first} to {year}, in {len(found):,} lines"
            self.faults.at(found[0].line, f"{reason}; expected one row a month and year")
            return
        wanted = list(self.expected(first, year, month))
        stretches = []
        for a, b, c, d in differences([it.key for it in found], [it.key for it in wanted]):
            lacking = [it for it in wanted[c:d] if it.is_printed]
            stretches.append((found[a:b], lacking, found[min(a, len(found) - 1)].line))
        lost = {it.name for _, lacking, _ in stretches for it in lacking}
        moved = {it.name for rows, _, _ in stretches for it in rows} & lost
        for rows, lacking, line in stretches:
            if any(row.kind == "unread" for row in rows):
                continue  # already a fault, and perhaps the very row that seems to be missing
            if len(rows) == len(lacking) == 1:
                here, there = rows[0], lacking[0].name
                same = here.name == there and not here.is_printed
                reason = f"{there} has no numbers" if same else f"is {here.name}; expected {there}"
                self.faults.at(line, reason)
                continue
            if lacking := [row for row in lacking if row.name not in moved]:
                what, are = in_short(lacking)
                self.faults.at(line, f"{what} {are} missing")
            if rows:
                what, are = in_short(rows)
                self.faults.at(rows[0].line, f"{what} {are} {self.why(rows[0], moved)}")

    def why(self, row: Label, moved: set[str]) -> str:
        """Return why a row does not belong where it is."""
        if row.name in moved:
            return "out of order"
        for it in self.labels:
            if it.name == row.name and it.line != row.line:
                return f"there twice (also on {self.faults.source.line_name(it.line)})"
        return "not expected here"


def differences(found: list[Key], wanted: list[Key]) -> Iterator[tuple[int, int, int, int]]:
    """Yield the stretches in which two lists differ, as slices of both.

    A stretch begins as late as it can: of rows that are there twice the second is named, and of a
    lost year its own rows.
    """
    pairs = enumerate(zip(found, wanted, strict=False))
    same = next((at for at, pair in pairs if pair[0] != pair[1]), min(len(found), len(wanted)))
    found, wanted = found[same:], wanted[same:]
    codes = difflib.SequenceMatcher(None, found, wanted, autojunk=False).get_opcodes()
    for (what, a, b, c, d), (_, _, end, _, _) in zip(codes, [*codes[1:], *codes[-1:]], strict=True):
        if what == "equal":
            continue
        later = 0
        keys, first, last = (found, a, b) if what == "delete" else (wanted, c, d)
        while what != "replace" and b + later < end and keys[first + later] == keys[last + later]:
            later += 1
        later += same
        yield a + later, b + later, c + later, d + later


def in_short(rows: Sequence[Label]) -> tuple[str, str]:
    """Return the words for rows that follow one another, and the verb for so many."""
    first, last = rows[0], rows[-1]
    if len(rows) == 1:
        return first.name, "is"
    if (first.kind, last.kind, last.number) == ("year", "month", 12):
        is_one = first.year == last.year
        years = f"the year {first.year}" if is_one else f"the years {first.year} to {last.year}"
        return years, "is" if is_one else "are"
    if all(row.kind == "month" and row.year == first.year for row in rows):
        return f"{MONTHS[first.number - 1]} to {MONTHS[last.number - 1]} {first.year}", "are"
    return f"the rows from {first.name} to {last.name}", "are"
