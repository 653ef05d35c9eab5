"""Compare the rows of a release with those that its calendar requires.

The first year, the last month and the kind of table determine the rows and their order. A stretch
that differs is one fault: a lost year, for example, and not each of its months.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .tables import Table

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
NUMBERS = {it.casefold(): at for at, name in enumerate(MONTHS, 1) for it in (name, name[:3])}
NUMBERS["sept"] = 9

YEAR, MONTH, ANNUAL, UNREAD = "year", "month", "annual", "unread"
HEADING, PREVIOUS = "previous heading", "as_previously_published"
WITH_CELLS = (MONTH, ANNUAL, PREVIOUS)
LABELS = {
    YEAR: r"([12][0-9]{3})(?:\.0)?",
    MONTH: f"({'|'.join(MONTHS)})",
    ANNUAL: r"Jan(?:uary|\.)? ?-(?: ?([a-z]+)\.?)?",
    HEADING: r"([a-z]+)\.? data as published last month\b.*",
}
NAMES = {
    YEAR: "the year row {year}",
    MONTH: "{month} {year}",
    ANNUAL: '"Jan. - {month:.3}." of {year}',
    HEADING: '"{month} data as published last month:"',
    PREVIOUS: 'the row of numbers under "... data as published last month:"',
}

Key = tuple[str, int, int]  # kind, year, the last month that it covers; what a row is known by


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

    Until all lines are read, ``period_type`` is the kind of the label, and some have no cells.
    """

    line: int
    period_type: str
    label: str = ""
    is_revised: bool = False
    year: int = 0
    first: int = 0
    last: int = 0
    layout: str = ""
    cells: list[int] = field(default_factory=list)

    @property
    def key(self) -> Key:
        return self.period_type, self.year, self.last


def label_of(words: str) -> tuple[str, int]:
    """Return the kind of a label, and its last month or its year; ("", 0) for other words."""
    for kind, pattern in LABELS.items():
        if found := re.fullmatch(pattern, words, re.IGNORECASE):
            name = (found[1] or "Jan").casefold()
            if number := int(name) if kind == YEAR else NUMBERS.get(name, 0):
                return kind, number
    return "", 0


def set_years(rows: Sequence[Row], first: int) -> None:
    """Set the year of each row by the year rows; ``first`` is the year if there are none."""
    year = next((row.year for row in rows if row.period_type == YEAR), first + 1) - 1
    before = "", 0
    for row in rows:
        if row.period_type == YEAR:
            year = row.year
        elif row.period_type == ANNUAL and before == (MONTH, 12):
            year += 1  # whose row is lost
        if row.period_type in (MONTH, ANNUAL):
            row.year = year
        before = row.period_type, row.last


def last_month(rows: Sequence[Row]) -> tuple[int, int]:
    """Return the year and number of the last month; (0, 0) without months.

    Where most of the annual rows agree on a later month, it is that one: its row is lost.
    """
    year, month = max(
        ((it.year, it.last) for it in rows if it.period_type == MONTH), default=(0, 0)
    )
    if month:
        ends = [it.last for it in rows if it.period_type == ANNUAL and it.last < 12]
        [(end, _)] = Counter([month, *ends]).most_common(1)
        year, month = year + (end < month), end
    return year, month


def month_before(year: int, month: int) -> tuple[int, int]:
    return (year, month - 1) if month > 1 else (year - 1, 12)


def required(table: Table, first: int, year: int, month: int) -> Iterator[Key]:
    """Yield the rows of the years from ``first`` to the last month."""
    for at in range(first, year + 1):
        last = 12 if at < year else month
        yield YEAR, at, 0
        yield ANNUAL, at, last
        if table.years and month < last:
            yield ANNUAL, at, month
        yield from ((MONTH, at, number) for number in range(1, last + 1))
    if table.years:
        yield HEADING, 0, month_before(year, month)[1]
        yield PREVIOUS, 0, 0


def differences(
    rows: Sequence[Row], table: Table, first: int, year: int, month: int
) -> Iterator[tuple[int, str]]:
    """Yield the line and the fault of each stretch of rows that differs from those required."""
    wanted = list(required(table, first, year, month))
    found = [row.key for row in rows]
    if not table.years and found[-1] == (YEAR, year + 1, 0):
        found.pop()  # a year that begins
    counts = Counter(found)
    stretches = difflib.SequenceMatcher(None, found, wanted, autojunk=False).get_opcodes()
    for what, a, b, c, d in stretches:
        lacking = [key for key in wanted[c:d] if key not in counts]
        if what == "equal" or any(kind == UNREAD for kind, *_ in found[a:b]):
            continue  # an unread one is already a fault, and perhaps the one that is missing
        if found[a:b] and lacking:
            yield rows[a].line, f"is {name(found[a])}; expected {name(lacking[0])}"
        elif lacking:
            line = rows[a - 1].line + 1 if a else rows[0].line
            yield line, f"{in_words(lacking)} missing"
        elif a < b:
            why = "there twice" if counts[found[a]] > 1 else "out of order"
            why = why if found[a] in wanted else "not expected here"
            yield rows[a].line, f"{in_words(found[a:b])} {why}"


def name(key: Key) -> str:
    """Return the words for one row."""
    kind, year, month = key
    return NAMES[kind].format(year=year, month=MONTHS[month - 1])


def in_words(keys: Sequence[Key]) -> str:
    """Return the words for rows that follow one another, and the verb for so many."""
    if len(keys) == 1:
        return f"{name(keys[0])} is"
    return f"{len(keys):,} rows, from {name(keys[0])} to {name(keys[-1])}, are"


def complete(rows: Sequence[Row], year: int, month: int) -> None:
    """Set the period of each row of a release that ends with this month."""
    for row in rows:
        if row.period_type == PREVIOUS:
            row.year, row.last = month_before(year, month)
        row.first = row.last
        if row.period_type == ANNUAL:
            part = "part_year" if row.year == year else "year_to_date"
            row.first, row.period_type = 1, "year" if row.last == 12 else part
