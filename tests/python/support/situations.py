"""Situations that a build may meet: releases that were never published, by name.

Together they fill every mart.  They are short, so that what is made of them can be read.

    SITUATIONS  the situations, by name
    built       the database that a situation makes, replayed over the one real build
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from proofs.made_up_releases import (
    Changes,
    Month,
    Published,
    as_bundle,
    as_workbook,
    damaged,
    exact,
    made_up_exhibit,
    made_up_release,
)

from project import ROOT
from support.builds import Build, Outcome, replayed

TEXT = (ROOT / "releases" / "2024-02.txt").read_bytes().decode()


@dataclass(frozen=True)
class Situation:
    """Releases, and what else is changed before they are built.

    texts       of releases, by their names
    files       of releases that are no texts, by theirs
    sql         statements that change the loaded seeds, the tables of `raw`
    is_stopped  whether the gate stops it: no mart is made
    upto        the model that is enough, where what is printed says it all
    """

    texts: Mapping[str, str]
    files: Mapping[str, bytes] = field(default_factory=dict)
    sql: Sequence[str] = ()
    is_stopped: bool = False
    upto: str | None = None

    @property
    def releases(self) -> dict[str, bytes]:
        """The files of releases/, by name."""
        return {**{f"{name}.txt": text.encode() for name, text in self.texts.items()}, **self.files}

    @property
    def has_marts(self) -> bool:
        return not self.is_stopped and self.upto is None


def built(build: Build, name: str, folder: Path) -> Outcome:
    """Return the database of a situation, made in a new folder.

    Its file is `us_trade.duckdb`.  Where the gate stops it, the marts are those of before.
    """
    situation = SITUATIONS[name]
    # For queries this small, more threads take longer.
    sql = ("set threads = 1", *situation.sql)
    return replayed(build, folder, releases=situation.releases, sql=sql, upto=situation.upto)


# --------------------------------------------------------------------------- made of


def published(first_year: int) -> Published:
    """Return what is published of the years from this one on."""
    found = Published(TEXT.replace("1992 - Present", f"{first_year} - Present"))
    found.rows = {at: row for at, row in found.rows.items() if at[0] >= first_year}
    return found


def history(first_year: int, last: Month, changes: Changes | None = None) -> str:
    """Return a release from January of a year to a month."""
    source = published(first_year)
    # The row of a part year is a sum: of many months, it holds only where each of them is exact.
    return made_up_release(source if last[1] < 3 else source.exactly(), last, changes)


def exhibit(last: Month, changes: Changes | None = None, before: Changes | None = None) -> str:
    """Return Exhibit 1 of a month."""
    return made_up_exhibit(published(1992), last, changes, before)


def undated(release_id: str) -> list[str]:
    """Return what leaves a release without a day, and with no deficit announced."""
    return [
        f"delete from raw.{seed} where release_id = '{release_id}'"
        for seed in ("release_calendar", "headline_deficits")
    ]


def accepted(*rows: str) -> list[str]:
    """Return what makes known discrepancies of rows as the build prints them, without reasons."""
    return [
        f"insert into raw.known_discrepancies values ('{key}', {residual}, 'as published')"
        for key, residual in ("', '".join(row.split(",")).rsplit("', '", 1) for row in rows)
    ]


def to_balance(balances: Mapping[Month, int]) -> Changes:
    """Return by how much more goods are exported where the balances of months come to these."""
    rows = published(1992).exactly().rows
    return {at: {"exports_goods": balance - rows[at][0]} for at, balance in balances.items()}


# What the announcements see, and no identity does.


def with_years_exchanged(source: Published, year: int, other: int) -> Published:
    rows = dict(source.rows)
    for month in range(13):
        source.rows[year, month], source.rows[other, month] = rows[other, month], rows[year, month]
    return source


def with_goods_for_services(source: Published, at: Month) -> Published:
    """Exchange the two in a month, so that its year still adds up."""
    before = source.rows[at]
    source.rows[at] = [before[place] for place in (0, 2, 1, 3, 5, 4, 6, 8, 7)]
    for place, number in enumerate(before):
        source.rows[at[0], 0][place] += source.rows[at][place] - number
    return source


def a_month_late(source: Published) -> Published:
    """Put the numbers of each month into the next one."""
    months = sorted(month for month in source.rows if month[1])
    cells = [exact(source.rows[month]) for month in months]
    source.rows = dict(zip(months, [cells[0], *cells], strict=False))
    return source


def in_billions(source: Published) -> Published:
    source.rows = {at: [round(n / 1000) for n in row] for at, row in source.rows.items()}
    return source


# --------------------------------------------------------------------------- which there are

# December 2023 came out lower, and was raised twice; May 2023 is revised by February's release,
# which no such release usually does.
DECEMBER: Changes = {(2023, 12): {"exports_goods": -400}, (2023, 5): {"imports_goods": 9}}
JANUARY: Changes = {
    (2023, 12): {"exports_goods": -150},
    (2024, 1): {"imports_services": -40},
    (2023, 5): {"imports_goods": 9},
}
# What Exhibits 1 revise.
JANUARY_2023: Changes = {(2022, 12): {"exports_goods": 30}}
FEBRUARY_2023: Changes = {(2022, 12): {"exports_goods": 130}, (2023, 1): {"imports_services": -70}}
MAY: Changes = {(2023, 5): {"exports_services": 21}}
JUNE: Changes = {(2023, 4): {"exports_services": -4}, (2023, 5): {"imports_goods": 55}}
# A number that two sums name and two of a year; a row that adds up all the same, and too many.
WRONG = (
    (2022, "May", 2, 777),
    (2022, "June", 5, 90), (2022, "July", 5, -4000),
    *((2023, "February", column, 500) for column in (1, 2, 4, 5)),
    (2023, "April", 2, 300), (2023, "April", 4, 900), (2023, "April", 6, 5000),
    (2023, "April", 7, -70),
)  # fmt: skip

SITUATIONS = {
    "one_history": Situation({"1994-02": history(1992, (1994, 2))}),
    "a_january": Situation({"1993-01": history(1992, (1993, 1))}),
    "several_histories": Situation(
        {
            "2023-12": history(2023, (2023, 12), DECEMBER),
            "2024-01": history(2023, (2024, 1), JANUARY),
            "2024-02": history(2023, (2024, 2)),
        },
        sql=undated("2024-01"),
    ),
    "exhibits_alone": Situation(
        {
            "2023-01": exhibit((2023, 1), JANUARY_2023),
            "2023-02": exhibit((2023, 2), FEBRUARY_2023, before=JANUARY_2023),
        }
    ),
    "exhibits_after_a_gap": Situation(
        {"2019-02": history(2018, (2019, 2)), "2023-05": exhibit((2023, 5), MAY)},
        {"ft900xlsx_2306.zip": as_bundle(as_workbook(exhibit((2023, 6), JUNE, before=MAY)))},
        # The bytes of a workbook hold the time, and are packed as the machine does it.
        sql=["update raw.releases set sha256 = '' where source_format <> 'text'"],
    ),
    "one_left_out": Situation(
        {
            "2023-07": history(2022, (2023, 7), {(2023, 6): {"imports_goods": -80}}),
            "2023-08": damaged(history(2022, (2023, 8)), *WRONG),
            "2023-09": history(2022, (2023, 9), {(2023, 7): {"exports_goods": 70}}),
        }
    ),
    "a_known_discrepancy": Situation(
        {
            "2024-02": damaged(
                history(2023, (2024, 2)), (2023, "March", 5, 1000), (2023, "November", 9, -30)
            )
        },
        sql=accepted(
            "2024-02,period_exports_goods,year,2023-01-01,2023-12-31,-1000",
            "2024-02,period_imports_services,year,2023-01-01,2023-12-31,31",
            "2024-02,balance_goods,month,2023-03-01,2023-03-31,-1001",
            "2024-02,component_exports,month,2023-03-01,2023-03-31,-1000",
            "2024-02,balance_services,month,2023-11-01,2023-11-30,-30",
            "2024-02,component_imports,month,2023-11-01,2023-11-30,30",
        ),
    ),
    "a_surplus_and_a_zero": Situation(
        {"1993-06": history(1992, (1993, 6), to_balance({(1993, 5): 500, (1993, 6): 0}))}
    ),
    "a_wrong_number_stops_it": Situation(
        {
            "2023-07": history(2022, (2023, 7)),
            "2023-08": damaged(history(2022, (2023, 8)), *WRONG),
        },
        is_stopped=True,
    ),
    "announced_otherwise": Situation(
        {
            "2023-07": made_up_release(a_month_late(published(2022)), (2023, 7)),
            "2023-08": made_up_release(in_billions(published(2022)), (2023, 8)),
            "2023-09": history(2022, (2023, 9)).replace(
                "Goods (1)\tServices", "Services\tGoods (1)"
            ),
            "2023-10": made_up_release(
                with_goods_for_services(published(2022), (2022, 3)), (2023, 10)
            ),
            "2024-02": made_up_release(
                with_years_exchanged(published(2020), 2020, 2022),
                (2024, 2),
                {(2024, 2): {"exports_goods": 1000}},
            ),
        },
        upto="int_build_summary",
    ),
    "the_latest_cannot_be": Situation(
        {"2024-02": made_up_release(in_billions(published(2023)), (2024, 2))},
        is_stopped=True,
    ),
}
