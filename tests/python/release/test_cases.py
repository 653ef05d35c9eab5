"""What a release may look like, and how each fault of it is reported: the cases of tests/cases.

The oracle is the text itself, read once more in the plainest way: whatever is read must be rebuilt
from the seeds byte for byte.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any

import pytest
from proofs.made_up_releases import made_up_exhibit, made_up_release
from support.reading import (
    HISTORY,
    PUBLISHED,
    cases,
    edited,
    faults_of,
    printed_rows,
    read_whole,
    rows_of,
    sheet_faults,
)

from release import MONTHS, Refused, parser


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> None:
    """The day on which the committed release was published."""
    monkeypatch.setattr(parser, "today", lambda: datetime.date(2024, 4, 4))


@pytest.mark.parametrize(("text", "case"), cases("read", "release", "exhibit"))
def test_a_variant_is_read_to_the_same_cells(text: str, case: dict[str, Any]) -> None:
    variant = edited(text, *case["edits"])
    release = read_whole(variant)
    assert [row.cells for row in release.rows] == printed_rows(text)
    unknown = {variant.split("\n")[line - 1].strip("\ufeff\r\t") for line in release.unknown_lines}
    assert unknown == set(case.get("unknown", []))
    # A row of small numbers is printed like the others: the usual layout is stored once.
    if "quotes" not in case["name"] and "minus" not in case["name"] and "2212" not in case["name"]:
        assert {row["layout"] for row in rows_of(release)["monthly_trade"]} == {""}


@pytest.mark.parametrize(("text", "case"), cases("refused", "history", "exhibit"))
def test_a_fault_is_reported_with_its_place(text: str, case: dict[str, Any]) -> None:
    """With its line in a text; in a sheet with its cell, of which some know the column too."""
    text = edited(text, *case["edits"])
    assert faults_of(text) == case["faults"]
    if "of_a_text_alone" not in case:
        found = sheet_faults(text)
        rows = [
            re.sub(r"^'1'![A-Z]+(?=\d)", "", it).replace("some.xlsx", "some.txt") for it in found
        ]
        assert rows == case["faults"]
        if "cells" in case:
            assert [re.match(r"'1'!([A-Z]+\d+)", it)[1] for it in found] == case["cells"]


# --------------------------------------------------------------------------- months and years


def periods(first: int, last: tuple[int, int], is_exhibit: bool) -> Iterator[tuple[object, ...]]:
    year, month = last
    for at in range(first, year + 1):
        end = 12 if at < year else month
        yield "year" if end == 12 else "part_year", at, 1, end
        if is_exhibit and month < end:
            yield "year_to_date", at, 1, month
        yield from (("month", at, number, number) for number in range(1, end + 1))
    if is_exhibit:
        before = (year, month - 1) if month > 1 else (year - 1, 12)
        yield "as_previously_published", *before, before[1]


@pytest.mark.parametrize("last", [*((2023, month) for month in range(1, 13)), (2024, 1), (2024, 2)])
def test_a_release_may_end_in_any_month(last: tuple[int, int]) -> None:
    for made_up, first in ((made_up_release, 1992), (made_up_exhibit, last[0] - 2)):
        text = made_up(PUBLISHED, last)
        release = read_whole(text)
        assert release.release_table == ("history" if first == 1992 else "exhibit_1")
        assert (release.months[0], release.release_id) == (f"{first}-01", f"{last[0]}-{last[1]:02}")
        assert [row.cells for row in release.rows] == printed_rows(text)
        found = [(row.period_type, row.year, row.first, row.last) for row in release.rows]
        assert found == list(periods(first, last, first > 1992))


@pytest.mark.parametrize("label", ["Jan. -", "Jan. - (R)", "Jan. - Jan.", "Jan.-", "January -"])
def test_january(label: str) -> None:
    text = made_up_release(PUBLISHED, (2023, 1)).replace("Jan. - Jan.", label)
    annual = read_whole(text).rows[-2]
    assert (annual.first, annual.last, annual.is_revised) == (1, 1, "(R)" in label)


@pytest.mark.parametrize("tail", ["", "\t-" * 9, "\nJan. - Dec." + "\t" * 9 + "\nJanuary"])
def test_a_year_may_begin_without_months(tail: str) -> None:
    text = made_up_release(PUBLISHED, (2023, 12)).replace("\n\n(1)", f"\n2024{tail}\n\n(1)")
    release = read_whole(text)
    assert release.release_id == "2023-12"
    assert [kind for _, kind, _ in release.other_lines].count("year") == 33


def test_a_month_that_has_not_ended_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser, "today", lambda: datetime.date(2024, 3, 1))
    assert read_whole(HISTORY)
    monkeypatch.setattr(parser, "today", lambda: datetime.date(2024, 2, 29))
    assert faults_of(HISTORY) == [
        "40: February 2024, the last month, has not ended on 2024-02-29; is the year, or the "
        "clock, right?"
    ]


# --------------------------------------------------------------------------- numbers and words

NUMBERS = [
    "35,4x9", "35,49", "1,2345", "12,34,567", ",123", "1.5", "1.05", "1e5", "(35)", "--5", "- 5",
    "+5", "007", "00", "0,001", "5-", "$5", "5%", "5 (R)", "NaN", "inf", "1_000", "5,000 6", "{0}",
    "\u0663", "1\u0663", '"5', '5"', "'5'", "\u22125\u2212", "Total", "January", "2024x",
]  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS)
def test_what_is_no_number(number: str) -> None:
    fault = f'12: balance goods: "{number}" is not a whole number of millions'
    assert faults_of(edited(HISTORY, ["cell", 12, 3, number])) == [fault]


def test_numbers_of_all_sizes_and_both_ways_of_writing() -> None:
    row = 'February\t0\t-0\t-999\t1000\t7\t1,000.0\t"5"\t123456789\t999,999,999'
    release = read_whole(edited(HISTORY, ["put", 40, row]))
    assert release.rows[-1].cells == [0, 0, -999, 1000, 7, 1000, 5, 123456789, 999999999]
    for number in ("1234567890", "-1,234,567,890", "9" * 5000):
        said = number if len(number) < 60 else "9" * 57 + "..."
        fault = f'12: balance goods: "{said}" is too large to be millions'
        assert faults_of(edited(HISTORY, ["cell", 12, 3, number])) == [fault]


CONTRADICTIONS = {
    "(In billions of dollars)": ("billions", "in millions of dollars"),
    "Note: numbers are in thousands.": ("thousands", "in millions of dollars"),
    "In billions of dollars. Seasonally adjusted.": ("billions", "in millions of dollars"),
    "NOT SEASONALLY ADJUSTED": ("NOT SEASON", "seasonally adjusted"),
    "Data are unadjusted.": ("unadjusted", "seasonally adjusted"),
    "(1) Chained (2017) dollars.": ("Chained", "in current dollars"),
    "Note: in 2017 dollars.": ("2017 dollars", "in current dollars"),
    "Real trade": ("Real", "in current dollars"),
    "(1) Data presented on a Census Basis.": ("Census Basis", "on a balance-of-payments basis"),
    "(1) Data are not presented on a Balance of Payments (BOP) basis.": (
        "not presented on a Balance of Payments (BOP", "on a balance-of-payments basis"),
}  # fmt: skip


@pytest.mark.parametrize("number", [1, 6, 37, 51, 53], ids="line {}".format)
@pytest.mark.parametrize("words", CONTRADICTIONS)
def test_words_that_contradict_the_tables_are_refused_anywhere(words: str, number: int) -> None:
    said, expected = CONTRADICTIONS[words]
    shown = words if len(words) <= 60 else f"{words[:57]}..."
    text = edited(HISTORY, ["copy", number, number, number], ["put", number, words])
    assert faults_of(text) == [f'{number}: "{shown}" says "{said}"; this table is {expected}']


def test_title_and_units_are_those_of_the_first_page() -> None:
    lines = HISTORY.split("\n")
    page = f"{lines[2]} (R)\n{lines[4]} (R) - Revised.\n{lines[22]}"
    release = read_whole(edited(HISTORY, ["put", 23, page]))
    assert (release.title, release.units_note) == (lines[2], lines[4])


# --------------------------------------------------------------------------- many faults


def test_the_first_hundred_faults_are_reported_and_the_others_counted() -> None:
    """What only the end of the text can tell stands among them all the same."""
    junk = "\n".join(["x\t1"] * 250)
    with pytest.raises(Refused) as refused:
        read_whole(edited(HISTORY, ["drop", 52], ["drop", 12], ["put", 36, junk]))
    faults = refused.value.faults
    assert faults[0].startswith("some.txt: lacks the line ")
    assert faults[1] == "some.txt:12: February 2022 is missing"
    assert faults[2].startswith('some.txt:36: "x" has fields beside it')
    assert (len(faults), faults[100]) == (101, "some.txt: and 152 more faults")
    assert refused.value.count == 252


def test_labels_without_end_are_one_fault() -> None:
    months = "\n".join(line + "\t1" * 9 for line in MONTHS[:2] * 3000)
    [fault] = faults_of(edited(HISTORY, ["put", 41, months]))
    assert re.search(r"6,000 rows, from .* are there twice$", fault)
