"""Make releases up from a published one, for the tests and the benchmark.

A made-up release ends with a month of one's choice, on one page.  Its months and full years are
those of the published release.  Changes move an export or import of a month, and with it the
totals, the balances and the year, so that everything still adds up.  The row of a part year is the
sum of its months.  Units: millions of US dollars.
"""

from __future__ import annotations

import copy
import io
import random
import zipfile
from collections.abc import Iterator, Mapping

import openpyxl

from release import MONTHS

EMPTY = "\t" * 9

Month = tuple[int, int]  # year, month number
Cells = list[int]  # balance, exports, imports; of each the total, goods, services
Changes = Mapping[Month, Mapping[str, int]]  # such as {(2023, 12): {"exports_goods": 250}}

PART = "Part A: Seasonally Adjusted (by Commodity/Service)"
EXHIBIT_TITLE = "Exhibit 1. U.S. International Trade in Goods and Services"
EXHIBIT_UNITS = (
    "In millions of dollars. Details may not equal totals due to seasonal adjustment and rounding. "
    "(R) - Revised."
)
EXHIBIT_FOOT = (
    "(1) Data are presented on a balance of payments (BOP) basis.",
    "NOTE: For information on data sources and methodology, see the explanatory notes in this "
    "release or at www.census.gov/ft900 or",
    "www.bea.gov/data/intl-trade-investment/international-trade-goods-and-services.",
)
EXHIBIT_COLUMNS = 233  # columns with a format; the first ten are the table


class Published:
    """A text release: its months, its full years (as month 0), and the words around them."""

    def __init__(self, text: str) -> None:
        lines = text.split("\n")
        first = next(at for at, line in enumerate(lines) if line[:4].isdigit())
        self.head, self.foot = lines[:first], lines[-2:]
        self.rows: dict[Month, Cells] = {}
        year = 0
        for line in lines:
            label, *fields = line.split("\t")
            if label.isdigit():
                year = int(label)
            elif fields and fields[0] and label in ("Jan. - Dec.", *MONTHS):
                month = MONTHS.index(label) + 1 if label in MONTHS else 0
                self.rows[year, month] = [int(field.replace(",", "")) for field in fields]

    def exactly(self) -> Published:
        """Return the same with exact totals and balances, so that sums of months are exact too."""
        other = copy.copy(self)
        other.rows = {at: exact(row) if at[1] else row for at, row in self.rows.items()}
        return other


def changed(cells: Cells, changes: Mapping[str, int]) -> Cells:
    """Return a month's cells with these amounts added to exports or imports, and the totals."""
    cells = list(cells)
    for series, amount in changes.items():
        flow, component = series.split("_")
        column = ("goods", "services").index(component) + 1
        row, sign = {"exports": (3, 1), "imports": (6, -1)}[flow]
        for at in (row, row + column):
            cells[at] += amount
        for at in (0, column):
            cells[at] += sign * amount
    return cells


def summed(rows: list[Cells]) -> Cells:
    return [sum(column) for column in zip(*rows, strict=True)]


def printed(label: str, cells: Cells) -> str:
    return "\t".join([label, *(f"{cell:,}" for cell in cells)])


def printed_years(published: Published, first_year: int, last: Month, changes: Changes,
                  to_date: str, is_exhibit: bool = False) -> list[str]:  # fmt: skip
    """Return the lines of the years; ``to_date`` is the label of a part year."""
    lines = []
    for year in range(first_year, last[0] + 1):
        months = [(year, month) for month in range(1, (12 if year < last[0] else last[1]) + 1)]
        rows = [changed(published.rows[at], changes.get(at, {})) for at in months]
        annual = summed(rows)
        if len(months) == 12 and (year, 0) in published.rows:
            annual = published.rows[year, 0]
            for at in months:
                annual = changed(annual, changes.get(at, {}))
        label = "Jan. - Dec." if len(months) == 12 else to_date
        lines += [f"{year}{EMPTY}", printed(label, annual)]
        if is_exhibit and year < last[0] and last[1] < 12:
            lines.append(printed(to_date, summed(rows[: last[1]])))
        for name, at, row in zip(MONTHS, months, rows, strict=False):
            is_revised = is_exhibit and at in changes and at != last
            lines.append(printed(name + " (R)" * is_revised, row))
        lines += [f"{name}{EMPTY}" for name in MONTHS[len(months) :]]
    return lines


def made_up_release(published: Published, last: Month, changes: Changes | None = None) -> str:
    """Return the text of a release that ends with the month ``last``."""
    to_date = f"Jan. - {MONTHS[last[1] - 1][:3]}."
    lines = printed_years(published, min(published.rows)[0], last, changes or {}, to_date)
    return "\n".join([*published.head, *lines, "", *published.foot])


def made_up_exhibit(published: Published, last: Month, changes: Changes | None = None,
                    before: Changes | None = None) -> str:  # fmt: skip
    """Return the text of an Exhibit 1 that ends with the month ``last``.

    It has the year of that month and the two before it.  Of these, behind the annual row, the
    same months as of the last one, but in December; a month that was changed is marked as
    revised, unless it is new.  ``before`` are the changes with which the release before was made:
    what that printed of its last month ends the table.  Months are as in Published.exactly, since
    a year to date is their sum.
    """
    published = published.exactly()
    year, month = last
    to_date = "Jan. -" if month == 1 else f"Jan. - {MONTHS[month - 1][:3]}."
    previous = (year, month - 1) if month > 1 else (year - 1, 12)
    lines = [
        *(line + EMPTY for line in ("", PART, EXHIBIT_TITLE, EXHIBIT_UNITS)),
        *published.head[-2:],
        *printed_years(published, year - 2, last, changes or {}, to_date, is_exhibit=True),
        f"{MONTHS[previous[1] - 1]} data as published last month:{EMPTY}",
        printed("", changed(published.rows[previous], (before or {}).get(previous, {}))),
        *(line + EMPTY for line in EXHIBIT_FOOT),
    ]
    return "\n".join(lines)


def as_workbook(text: str, sheet: str = "1", columns: int = EXHIBIT_COLUMNS) -> bytes:
    """Return the workbook that a text was saved from: numbers as numbers.

    Each cell of many more columns than the table has a format.
    """
    book = openpyxl.Workbook()
    [page] = book.worksheets
    page.title = sheet
    for row, line in enumerate(text.split("\n"), 1):
        for column, field in enumerate(line.split("\t"), 1):
            number = field.replace(",", "")
            is_number = column > 1 and number.removeprefix("-").isdecimal()
            page.cell(row, column, int(number) if is_number else field)
        for column in range(1, columns + 1):
            page.cell(row, column).number_format = "#,##0"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_bundle(exhibit: bytes, name: str = "exh1.xlsx") -> bytes:
    """Return a bundle with this Exhibit 1 and other exhibits, which are not read."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in {name: exhibit, "exh2.xlsx": b"-", "exh12.xlsx": b"-"}.items():
            archive.writestr(part, content)
    return file.getvalue()


def monthly_releases(text: str, count: int) -> Iterator[tuple[str, str]]:
    """Yield ``count`` consecutive monthly releases, each with its id, the last for April 2025.

    Each begins with 1992, or, where there are more than 400, so many years before.  Every other one
    is an Exhibit 1, from its third year on.  As published ones do, each prints its last month for
    the first time, and revises the month before it; the one for April revises the five years
    before it.  Months that are not published repeat those of other years.
    """
    first_year = 1992 - max(0, count - 400 + 11) // 12
    calendar = [(first_year + at // 12, at % 12 + 1) for at in range(12 * (2025 - first_year) + 4)]
    published = Published(text.replace("1992 - Present", f"{first_year} - Present")).exactly()
    for year, month in calendar:
        alike = year - 1 if year > 1992 else 1992 + (year - 1992) % 32
        published.rows.setdefault((year, month), published.rows[alike, month])
    changes: Changes = {}
    for at in range(len(calendar) - count, len(calendar)):
        last = calendar[at]
        before, changes = changes, {
            month: {"exports_goods": noise(last, month), "imports_services": noise(month, last)}
            for month in calendar[max(0, at - (60 if last[1] == 4 else 1)) : at + 1]
        }  # fmt: skip
        if at % 2 and last[0] >= first_year + 2:
            release = made_up_exhibit(published, last, changes, before)
        else:
            release = made_up_release(published, last, changes)
        yield f"{last[0]}-{last[1]:02}", release


def damaged(text: str, *errors: tuple[int, str, int, int]) -> str:
    """Return the text with errors: the year, the month, the number's column, what it is off by."""
    lines = text.split("\n")
    labels = [line.split("\t")[0] for line in lines]
    for year, month, column, error in errors:
        at = labels.index(month, labels.index(str(year)))
        fields = lines[at].split("\t")
        fields[column] = f"{int(fields[column].replace(',', '')) + error:,}"
        lines[at] = "\t".join(fields)
    return "\n".join(lines)


def exact(cells: Cells) -> Cells:
    """Return the cells with exact totals and balances of their goods and services."""
    goods_exports, services_exports, goods_imports, services_imports = cells[4:6] + cells[7:9]
    exports = [goods_exports + services_exports, goods_exports, services_exports]
    imports = [goods_imports + services_imports, goods_imports, services_imports]
    return [x - i for x, i in zip(exports, imports, strict=True)] + exports + imports


def noise(*seed: Month) -> int:
    """Return a revision between -300 and 300 million, the same for the same months."""
    return random.Random(repr(seed)).randint(-300, 300)
