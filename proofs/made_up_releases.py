"""Releases that were never published, made from one that was, for the tests and the benchmark.

A made-up release ends with a month of one's choice, on one page.  Its months and full years are
those of the published release.  Changes move an export or import of a month, and with it the
totals, the balances and the year, so that everything still adds up.  The row of a part year is the
sum of its months.  Units: millions of US dollars.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

from release import MONTHS

EMPTY = "\t" * 9

Month = tuple[int, int]  # year, month number
Cells = list[int]  # balance, exports, imports; of each the total, goods, services
Changes = Mapping[Month, Mapping[str, int]]  # such as {(2023, 12): {"exports_goods": 250}}


class Published:
    """What a text release prints: its months, its full years (as month 0), and the words around."""

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


def changed(cells: Cells, changes: Mapping[str, int]) -> Cells:
    """The cells of a month with these amounts added to its exports or imports, and what follows."""
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


def made_up_release(published: Published, last: Month, changes: Changes | None = None) -> str:
    """The text of a release that ends with the month ``last``."""
    changes = changes or {}
    lines = list(published.head)
    for year in range(min(published.rows)[0], last[0] + 1):
        count = 12 if year < last[0] else last[1]
        calendar = [(year, month) for month in range(1, count + 1)]
        rows = [changed(published.rows[month], changes.get(month, {})) for month in calendar]
        annual = [sum(column) for column in zip(*rows, strict=True)]
        if count == 12 and (year, 0) in published.rows:
            annual = published.rows[year, 0]
            for month in calendar:
                annual = changed(annual, changes.get(month, {}))
        lines += [f"{year}{EMPTY}", printed(f"Jan. - {MONTHS[count - 1][:3]}.", annual)]
        lines += [printed(name, row) for name, row in zip(MONTHS, rows, strict=False)]
        lines += [f"{name}{EMPTY}" for name in MONTHS[count:]]
    return "\n".join([*lines, "", *published.foot])


def printed(label: str, cells: Cells) -> str:
    return "\t".join([label, *(f"{cell:,}" for cell in cells)])


def monthly_releases(text: str, count: int) -> Iterator[tuple[str, str]]:
    """``count`` consecutive monthly releases, each with its id, the first ending in 1992.

    As published ones do, each prints its last month for the first time, and revises the month
    before it; the one for April revises the five years before it.  Months after the end of the
    published release repeat those of the year before.  Totals and balances are those of what is
    printed beside them, to the million, so that part years add up as well.
    """
    published = Published(text)
    first = (min(published.rows)[0], 1)
    calendar = list(month_range(first, (first[0] + count // 12 + 1, 12)))[:count]
    rows = published.rows
    for year, month in calendar:
        rows[year, month] = exact(rows.get((year, month)) or rows[year - 1, month])
    published.rows = {month: cells for month, cells in rows.items() if month[1]}
    for at, last in enumerate(calendar):
        back = 60 if last[1] == 4 else 1
        changes = {
            month: {"exports_goods": noise(last, month), "imports_services": noise(month, last)}
            for month in calendar[max(0, at - back) : at + 1]
        }
        yield f"{last[0]}-{last[1]:02}", made_up_release(published, last, changes)


def exact(cells: Cells) -> Cells:
    """The cells with totals and balances that are exactly those of their goods and services."""
    goods_exports, services_exports, goods_imports, services_imports = cells[4:6] + cells[7:9]
    exports = [goods_exports + services_exports, goods_exports, services_exports]
    imports = [goods_imports + services_imports, goods_imports, services_imports]
    return [x - i for x, i in zip(exports, imports, strict=True)] + exports + imports


def noise(*seed: Month) -> int:
    """A revision between -300 and 300 million that is the same for the same months."""
    return random.Random(repr(seed)).randint(-300, 300)
