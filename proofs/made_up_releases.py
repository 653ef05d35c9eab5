"""Make releases up from a published one, for the tests and the benchmark.

A made-up release ends with a month of one's choice, on one page.  Its months and full years are
those of the published release.  Changes move an export or import of a month, and with it the
totals, the balances and the year, so that everything still adds up.  The row of a part year is the
sum of its months.  Units: millions of US dollars.

    made_up_release  the history, as text
    made_up_exhibit  Exhibit 1 of the news release, as text: what a spreadsheet program saves
    as_workbook      the sheet that this text was saved from
    as_bundle        that workbook among others
    six_releases     histories of four years, one of them wrong, that fill every mart
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
        row = {"exports": 3, "imports": 6}[flow]
        sign = 1 if flow == "exports" else -1
        for at in (row, row + column):
            cells[at] += amount
        for at in (0, column):
            cells[at] += sign * amount
    return cells


def month_range(first: Month, last: Month) -> Iterator[Month]:
    year, month = first
    while (year, month) <= last:
        yield year, month
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def year_rows(published: Published, year: int, count: int,
              changes: Changes) -> tuple[Cells, list[Cells]]:  # fmt: skip
    """Return the annual row of a year with so many months, and the months."""
    calendar = [(year, month) for month in range(1, count + 1)]
    rows = [changed(published.rows[month], changes.get(month, {})) for month in calendar]
    annual = summed(rows)
    if count == 12 and (year, 0) in published.rows:
        annual = published.rows[year, 0]
        for month in calendar:
            annual = changed(annual, changes.get(month, {}))
    return annual, rows


def summed(rows: list[Cells]) -> Cells:
    return [sum(column) for column in zip(*rows, strict=True)]


def made_up_release(published: Published, last: Month, changes: Changes | None = None) -> str:
    """Return the text of a release that ends with the month ``last``."""
    lines = list(published.head)
    for year in range(min(published.rows)[0], last[0] + 1):
        count = 12 if year < last[0] else last[1]
        annual, rows = year_rows(published, year, count, changes or {})
        lines += [f"{year}{EMPTY}", printed(f"Jan. - {MONTHS[count - 1][:3]}.", annual)]
        lines += [printed(name, row) for name, row in zip(MONTHS, rows, strict=False)]
        lines += [f"{name}{EMPTY}" for name in MONTHS[count:]]
    return "\n".join([*lines, "", *published.foot])


def made_up_exhibit(published: Published, last: Month, changes: Changes | None = None,
                    before: Changes | None = None) -> str:  # fmt: skip
    """Return the text of an Exhibit 1 that ends with the month ``last``.

    It has the year of that month and the two before it.  Of these, behind the annual row, the
    same months as of the last one, but in December; a month that was changed is marked as
    revised, unless it is new.  ``before`` are the changes with which the release before was made:
    what that printed of its last month ends the table.  Months are as in Published.exactly, since
    a year to date is their sum.
    """
    published, changes = published.exactly(), changes or {}
    lines = [line + EMPTY for line in ("", PART, EXHIBIT_TITLE, EXHIBIT_UNITS)]
    lines += published.head[-2:]
    to_date = "Jan. -" if last[1] == 1 else f"Jan. - {MONTHS[last[1] - 1][:3]}."
    for year in range(last[0] - 2, last[0] + 1):
        count = 12 if year < last[0] else last[1]
        annual, rows = year_rows(published, year, count, changes)
        lines += [f"{year}{EMPTY}", printed("Jan. - Dec." if count == 12 else to_date, annual)]
        if year < last[0] and last[1] < 12:
            lines.append(printed(to_date, summed(rows[: last[1]])))
        for month, row in enumerate(rows, 1):
            is_revised = (year, month) in changes and (year, month) != last
            lines.append(printed(MONTHS[month - 1] + " (R)" * is_revised, row))
        lines += [f"{name}{EMPTY}" for name in MONTHS[count:]]
    previous = (last[0], last[1] - 1) if last[1] > 1 else (last[0] - 1, 12)
    lines.append(f"{MONTHS[previous[1] - 1]} data as published last month:{EMPTY}")
    lines.append(printed("", changed(published.rows[previous], (before or {}).get(previous, {}))))
    return "\n".join([*lines, *(line + EMPTY for line in EXHIBIT_FOOT)])


def as_workbook(text: str, sheet: str = "1", columns: int = EXHIBIT_COLUMNS) -> bytes:
    """Return the workbook that a text was saved from: numbers as numbers.

    Each cell of many more columns than the table has a format.
    """
    book = openpyxl.Workbook()
    [page] = book.worksheets
    page.title = sheet
    for row, line in enumerate(text.split("\n"), 1):
        for column, field in enumerate(line.split("\t"), 1):
            digits = field.removeprefix("-").replace(",", "")
            value = int(field.replace(",", "")) if column > 1 and digits.isdecimal() else field
            page.cell(row, column, value)
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


def printed(label: str, cells: Cells) -> str:
    return "\t".join([label, *(f"{cell:,}" for cell in cells)])


def monthly_releases(text: str, count: int) -> Iterator[tuple[str, str]]:
    """Yield ``count`` consecutive monthly releases, each with its id, the first ending in 1992.

    Every other one is an Exhibit 1, from its third year on.  As published ones do, each prints its
    last month for the first time, and revises the month before it; the one for April revises the
    five years before it.  Months after the end of the published release repeat those of the year
    before.
    """
    published = Published(text).exactly()
    first = (min(published.rows)[0], 1)
    calendar = list(month_range(first, (first[0] + count // 12 + 1, 12)))[:count]
    for year, month in calendar:
        published.rows.setdefault((year, month), published.rows.get((year - 1, month), []))
    before: Changes = {}
    for at, last in enumerate(calendar):
        back = 60 if last[1] == 4 else 1
        changes = {
            month: {"exports_goods": noise(last, month), "imports_services": noise(month, last)}
            for month in calendar[max(0, at - back) : at + 1]
        }
        is_exhibit = at % 2 and last[0] >= first[0] + 2
        release = (
            made_up_exhibit(published, last, changes, before) if is_exhibit
            else made_up_release(published, last, changes)
        )  # fmt: skip
        before = changes
        yield f"{last[0]}-{last[1]:02}", release


def six_releases(text: str, first_year: int = 2020) -> Iterator[tuple[str, str]]:
    """Yield the names and texts of six releases of four years, made of the committed one.

    The third fails its checks, and that of January is missing.
    """
    published = Published(text.replace("1992 - Present", f"{first_year} - Present"))
    published.rows = {
        (year, month): exact(cells)
        for (year, month), cells in published.rows.items()
        if year >= first_year and month
    }
    for month in (7, 8, 9, 10, 12):
        changes: Changes = {
            (2023, month): {"exports_goods": -40 * month, "imports_services": 11 * month},
            (2023, month - 1): {"exports_services": 7 * month - 60},
            (2021, 3): {"imports_goods": month},
        }
        text = made_up_release(published, (2023, month), changes)
        if month == 9:
            text = damaged(text, 2020, "May", 2, 777)  # one number, found by two sums
            text = damaged(text, 2020, "June", 5, 90)  # two of a year, in different rows
            text = damaged(text, 2020, "July", 5, -4000)
            for column, error in ((1, 500), (2, 500), (4, 500), (5, 500)):
                text = damaged(
                    text, 2021, "April", column, error
                )  # a row without a failure of its own
            for column, error in ((2, 300), (4, 900), (6, 5000), (7, -70)):
                text = damaged(text, 2022, "October", column, error)  # more than a build lists
        yield f"2023-{month:02}", text
    text = made_up_release(published, (2024, 2))
    text = damaged(text, 2020, "March", 5, 1000)
    yield "2024-02", damaged(text, 2023, "November", 9, -30)


def damaged(text: str, year: int, month: str, column: int, error: int) -> str:
    """Return the text with an error in one number of a month, so many columns on."""
    lines = text.split("\n")
    start = next(at for at, line in enumerate(lines) if line.split("\t")[0] == str(year))
    at = next(at for at in range(start, len(lines)) if lines[at].split("\t")[0] == month)
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
