"""A row of a hand-kept seed that cannot be right fails a data test, and the message shows it.

That a failed test of a seed stops what descends from it, and that dbt prints so, is shown by the
build that stops in marts/test_build.py.
"""

from __future__ import annotations

import csv
import math
from fractions import Fraction
from pathlib import Path

import pytest
from support.builds import Build, replayed

from project import ROOT

CALENDAR = "release_calendar_dates_each_release_after_its_month_and_in_order"
HEADLINES = "headline_deficits_cover_the_release_calendar"
SPANS = "revision_spans_has_each_month_of_the_year"
RECESSIONS = "recessions_run_from_peak_to_trough_one_after_another"
COMPONENTS = "every_parent_component_exists"
SERIES = "series_names_follow_their_rule"
PLACES = "sort_orders_are_unique"


def dated(release_id: str, day: str, source: str = "'by hand'") -> str:
    return f"insert into raw.release_calendar values ({release_id}, '{day}', {source})"


def redated(release_id: str, day: str) -> str:
    return f"update raw.release_calendar set released_on = {day} where release_id = '{release_id}'"


def recession(peak: str, trough: str) -> str:
    return f"insert into raw.recessions values ('{peak}', '{trough}', 'by hand')"


def headline(release_id: str, change: str) -> str:
    return f"update raw.headline_deficits set {change} where release_id = '{release_id}'"


def series(series_id: str, change: str) -> str:
    return f"update raw.series set {change} where series_id = '{series_id}'"


@pytest.mark.parametrize(
    ("change", "test", "said"),
    [
        (dated("'2024-3'", "2024-05-02"), CALENDAR,
         "fault=release_id is no month; write it as 2024-02, release_id=2024-3, released_on=2024-"),
        (dated("'2024-13'", "2025-02-02"), CALENDAR,
         "fault=release_id is no month; write it as 2024-02, release_id=2024-13"),
        (dated("null", "2024-05-02"), CALENDAR,
         "fault=release_id is no month; write it as 2024-02, release_id=null"),
        (redated("2024-03", "'2024-03-31'"), CALENDAR,
         "fault=the day is not after the end of the month, release_id=2024-03"),
        (redated("2024-03", "'2024-10-18'"), CALENDAR,
         "fault=the day is over 200 days after the end of the month, release_id=2024-03"),
        (redated("2024-01", "'2024-04-04'"), CALENDAR,
         "fault=the day is not after that of the release before, 2024-04-04, release_id=2024-02"),
        (redated("2024-03", "'2024-05-04'"), CALENDAR, "fault=the day is of a weekend"),
        (redated("2024-03", "null"), CALENDAR, "fault=there is no day, release_id=2024-03"),
        # The releases of March and April 2030 are not loaded: the calendar may go ahead of them.
        (dated("'2030-04'", "2030-05-01"), CALENDAR, ""),
        (dated("'2030-03'", "2030-10-17"), CALENDAR, ""),
        (dated("'2030-03'", "2030-05-02", "'  '"), CALENDAR, "fault=there is no source"),
        (dated("'2030-03'", "2030-05-02", "null"), CALENDAR, "fault=there is no source"),
        ("insert into raw.headline_deficits values ('2030-03', 60.1, 59.9, false)", HEADLINES,
         "fault=release_calendar has no such release, release_id=2030-03, deficit_busd=60.1"),
        (headline("2024-02", "previous_month_deficit_busd = null"), HEADLINES,
         "fault=a cell is empty, release_id=2024-02, deficit_busd=68.9"),
        ("delete from raw.headline_deficits where release_id = '2010-05'", HEADLINES,
         "fault=the release is missing, release_id=2010-05"),
        (headline("2010-05", "is_annual_revision = true"), HEADLINES,
         "fault=the release for April, and no other, is the annual revision, release_id=2010-05"),
        (headline("2000-01", "deficit_busd = 82.0"), HEADLINES,
         "fault=of that month the next release says 27.4, release_id=2000-01"),
        (headline("2024-02", "deficit_busd = -68.9"), HEADLINES,
         "fault=of that month the next release says 69.5, release_id=2024-02"),
        ("delete from raw.revision_spans where reference_month = 7", SPANS,
         "reference_month=7, months_back=null, usual_months=7"),
        ("insert into raw.revision_spans values (13, 1, 'by hand')", SPANS,
         "reference_month=13, months_back=1, usual_months=null"),
        ("update raw.revision_spans set months_back = 31 where reference_month = 1", SPANS,
         "reference_month=1, months_back=31, usual_months=13"),
        (recession("2022-03-01", "2022-02-01"), RECESSIONS,
         "fault=the trough is not after the peak, peak_month=2022-03-01"),
        (recession("2009-06-01", "2010-01-01"), RECESSIONS,
         "fault=it begins before the end of that of 2007-12-01, peak_month=2009-06-01"),
        ("update raw.recessions set trough_month = null where peak_month = '2007-12-01'",
         RECESSIONS, "fault=it begins before the end of that of 2007-12-01, peak_month=2020-02-01"),
        ("update raw.recessions set trough_month = null where peak_month = '2020-02-01'",
         RECESSIONS, ""),
        (recession("2022-03-02", "2022-05-01"), RECESSIONS,
         "fault=a month is not given by its first day, peak_month=2022-03-02"),
        ("update raw.components set parent_component = 'totl' where component = 'goods'",
         COMPONENTS,
         "fault=parent_component is no component, component=goods, parent_component=totl"),
        (series("balance_goods", "fred_series_id = 'BOPGGB'"), SERIES,
         "fault=fred_series_id should be BOPGTB, series_id=balance_goods"),
        (series("imports_services", "title = 'Imports of goods'"), SERIES,
         "fault=title should be Imports of services, series_id=imports_services"),
        (series("imports_total", "label = 'Imports'"), SERIES,
         "fault=label should be Imports, total, series_id=imports_total"),
        (series("imports_total", "flow = 'exports'"), SERIES,
         "fault=series_id should be exports_total, series_id=imports_total"),
        (series("balance_goods", "sort_order = 1"), PLACES,
         "fault=more than one row has this sort_order, or none, seed=series, sort_order=1"),
    ],
    ids=lambda words: words.split(",")[0].removeprefix("fault=") if "fault=" in words else "",
)  # fmt: skip
def test_a_row_that_cannot_be_right_is_shown_and_others_pass(
    build: Build, tmp_path: Path, change: str, test: str, said: str
) -> None:
    outcome = replayed(build, tmp_path, sql=[change], upto=test)
    assert not outcome.replayed.errors
    assert outcome.failed == ({test} if said else set())
    assert f"\n{test}: {said}" in f"\n{outcome.printed}" or not said


def test_the_rounding_distribution_is_that_of_irwin_and_hall() -> None:
    """Round m numbers and their sum to the nearest million: the residual of these m + 1 terms is
    the sum of m uniform errors, rounded; the sum is within x - m / 2 with probability F(x)."""

    def irwin_hall(m: int, x: Fraction) -> Fraction:
        x = min(max(x, Fraction(0)), Fraction(m))
        terms = ((-1) ** k * math.comb(m, k) * (x - k) ** m for k in range(math.floor(x) + 1))
        return sum(terms, Fraction(0)) / math.factorial(m)

    half, expected = Fraction(1, 2), []
    for m in range(1, 13):
        for residual in range(-(m // 2), m // 2 + 1):
            middle = residual + Fraction(m, 2)
            probability = irwin_hall(m, middle + half) - irwin_hall(m, middle - half)
            expected.append([str(m + 1), str(residual), f"{float(probability):.10f}"])
    with (ROOT / "seeds" / "rounding_distribution.csv").open() as file:
        assert list(csv.reader(file))[1:] == expected
