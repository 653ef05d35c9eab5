"""The calendar of a release: its rows, each in its year, and whether all are there.

A row is placed as it is met, in the order of the lines; what only the end can tell, ``check`` does.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from project import quoted

from .faults import Faults, Source
from .tables import Table
from .text import clean

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
MONTH_NUMBERS = {name.casefold(): number for number, name in enumerate(MONTHS, 1)}
ABBREVIATIONS = MONTH_NUMBERS | {name[:3].casefold(): n for n, name in enumerate(MONTHS, 1)}
ABBREVIATIONS["sept"] = 9


@dataclass
class Row:
    """One printed row of nine cells, in the order of SERIES; ``period_type`` says of what:

        month         a month
        year, part_year  a year, or the last one as far as it goes
        year_to_date  the same months of a full year
        last_print    last month, as the release before printed it

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
    to_date: Row | None = None
    empty_annual: int = 0  # the line of an annual row without numbers
    months: dict[int, int] = field(default_factory=dict)  # month number -> the line it stands on
    printed: set[int] = field(default_factory=set)  # those of them that carry numbers
    last_month: int = 0
    # A row that cannot be read may be the very one that seems to be missing.
    has_unread_row: bool = False


class Calendar:
    """The years of a release; what is wrong with them goes to ``faults``."""

    def __init__(self, source: Source, table: Table, faults: Faults) -> None:
        self.source, self.table, self.faults = source, table, faults
        self.first_year_by_title = 0
        self.years: dict[int, Year] = {}
        self.year = self.preface = Year(0, 0)  # the year that is read; before the first: none

    def fault(self, line: int, reason: str) -> None:
        self.faults.at(self.source, line, reason)

    def begin_with(self, number: int, year: int) -> None:
        """Take the first year that a title names; all of them name one."""
        self.first_year_by_title = self.first_year_by_title or year
        if self.first_year_by_title != year:
            first = f"the first title with {self.first_year_by_title}"
            self.fault(number, f"the title begins with {year}, {first}")

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
            self.fault(number, f"{what} stands before any year")
            self.year.has_unread_row = True

    def place_month(self, number: int, month: int, *, is_printed: bool) -> int:
        """Enter a month in its year, in its order; returns the year."""
        self.need_year(number, MONTHS[month - 1])
        year = self.year
        if year is self.preface:
            return 0
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
        return year.year

    def place_annual(self, row: Row) -> None:
        """Enter an annual row in its year, once; behind it, in a table that has one, the row of
        the year to date."""
        self.need_year(row.line, "an annual row")
        year = self.year
        row.year = year.year
        if year.annual is None:
            year.annual = row
            return
        if self.table.has_year_to_date and year.to_date is None and not year.months:
            row.period_type, year.to_date = "year_to_date", row
            return
        if not year.has_unread_row:
            self.second_annual(row, year.annual)
        if year.months:
            # The row of the next year is missing, or could not be read: its months are not these.
            self.year = Year(year.year, row.line)
            self.year.annual, self.year.has_unread_row = row, True

    def place_empty_annual(self, number: int) -> None:
        self.year.empty_annual = self.year.empty_annual or number

    def second_annual(self, row: Row, annual: Row) -> None:
        first = f"first on {self.source.line_name(annual.line)}"
        self.fault(row.line, f"{row.year} has a second annual row ({first})")

    # ---- the end

    def reference_month(self) -> tuple[int, int] | None:
        """Year and number of the last month that is printed; None where a row that cannot be
        read may be a later one."""
        if any(year.has_unread_row for year in (*self.years.values(), self.preface, self.year)):
            return None
        printed = ((year.year, month) for year in self.years.values() for month in year.printed)
        return max(printed, default=None)

    def check(self) -> None:
        """What only the end can tell: whether every year is there, and every row of it."""
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
        reference = self.reference_month()
        if reference is None:
            return
        if self.table.has_year_to_date:
            for year in years:
                self.check_to_date(year, *reference)
        first, last = reference[0] - self.table.years + 1, reference[0]
        if self.table.years and (years[0].year, years[-1].year) != (first, last):
            span = f"the years {years[0].year} to {years[-1].year}"
            expected = f"{self.table.years}, {first} to {last}"
            self.fault(found.line, f"the table has {span}; expected {expected}")

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
            self.mislabelled(year.annual, f"{year.year} {ends}")

    def check_to_date(self, year: Year, last_year: int, last_month: int) -> None:
        """Whether a full year has a row for the months that the last year has so far, and ends
        with that of the last year, which is such a row itself."""
        row, annual = year.to_date, year.annual
        is_full = year.year < last_year and last_month < 12
        if annual is None or (is_full and annual.last != 12):
            return  # which was said
        if is_full and row is None:
            months = f"January to {MONTHS[last_month - 1]}" if last_month > 1 else "January"
            self.fault(annual.line, f"no row of {year.year} for {months} stands below, to compare"
                       f" with {last_year}")  # fmt: skip
        elif row and not is_full:
            self.second_annual(row, annual)
        elif row and row.last != last_month:
            self.mislabelled(row, f"{last_year} ends in {MONTHS[last_month - 1]}")

    def mislabelled(self, row: Row, fact: str) -> None:
        self.fault(row.line, f"the label is {quoted(clean(row.label))}, yet {fact}")
