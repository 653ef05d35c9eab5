"""A row of a hand-kept seed that cannot be right fails a data test, and the message shows it.

That a failed test of a seed stops what descends from it, and that dbt prints so, is shown by the
build that stops in marts/test_build.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from support.builds import Build, replayed

CALENDAR = "release_calendar_dates_each_release_after_its_month_and_in_order"
HEADLINES = "headline_deficits_cover_the_release_calendar"
SPANS = "revision_spans_has_each_month_of_the_year"
RECESSIONS = "recessions_run_from_peak_to_trough_one_after_another"
COMPONENTS = "every_parent_component_exists"
SERIES = "series_names_follow_their_rule"
PLACES = "sort_orders_are_unique"


def dated(release_id: str, day: str, source: str = "by hand") -> str:
    cells = (f"'{cell}'" if cell else "null" for cell in (release_id, day, source))
    return f"insert into raw.release_calendar values ({', '.join(cells)})"


def redated(release_id: str, day: str) -> str:
    return f"update raw.release_calendar set released_on = {day} where release_id = '{release_id}'"


def recession(peak: str, trough: str) -> str:
    return f"insert into raw.recessions values ('{peak}', '{trough}', 'by hand')"


@pytest.mark.parametrize(
    ("change", "test", "said"),
    [
        (dated("2024-3", "2024-05-02"), CALENDAR,
         "fault=release_id is no month; write it as 2024-02, release_id=2024-3, "
         "released_on=2024-05-02, source=by hand"),
        (dated("2024-13", "2025-02-02"), CALENDAR,
         "fault=release_id is no month; write it as 2024-02, release_id=2024-13, "
         "released_on=2025-02-02, source=by hand"),
        (dated("", "2024-05-02"), CALENDAR,
         "fault=release_id is no month; write it as 2024-02, release_id=null, "
         "released_on=2024-05-02, source=by hand"),
        (redated("2024-03", "'2024-03-31'"), CALENDAR,
         "fault=the day is not after the end of the month, release_id=2024-03, "
         "released_on=2024-03-31, source=FT-900"),
        (redated("2024-03", "'2024-10-18'"), CALENDAR,
         "fault=the day is over 200 days after the end of the month, release_id=2024-03, "
         "released_on=2024-10-18, source=FT-900"),
        (redated("2024-01", "'2024-04-04'"), CALENDAR,
         "fault=the day is not after that of the release before, 2024-04-04, "
         "release_id=2024-02, released_on=2024-04-04, source=FT-900"),
        (dated("2030-03", "2030-05-02", "  "), CALENDAR,
         "fault=there is no source, release_id=2030-03, released_on=2030-05-02, source="),
        (dated("2030-03", "2030-05-02", ""), CALENDAR,
         "fault=there is no source, release_id=2030-03, released_on=2030-05-02, source=null"),
        (redated("2024-03", "null"), CALENDAR,
         "fault=there is no day, release_id=2024-03, released_on=null, source=FT-900"),
        ("insert into raw.headline_deficits values ('2030-03', 60.1, 59.9, false)", HEADLINES,
         "fault=release_calendar has no such release, release_id=2030-03, deficit_busd=60.1, "
         "previous_month_deficit_busd=59.9, is_annual_revision=False"),
        ("update raw.headline_deficits set previous_month_deficit_busd = null "
         "where release_id = '2024-02'", HEADLINES,
         "fault=a cell is empty, release_id=2024-02, deficit_busd=68.9, "
         "previous_month_deficit_busd=null, is_annual_revision=False"),
        ("delete from raw.headline_deficits where release_id = '2010-05'", HEADLINES,
         "fault=the release is missing, release_id=2010-05, deficit_busd=null"),
        ("update raw.headline_deficits set is_annual_revision = true where release_id = '2010-05'",
         HEADLINES, "fault=the release for April, and no other, is the annual revision, "
         "release_id=2010-05"),
        ("update raw.headline_deficits set deficit_busd = 82.0 where release_id = '2000-01'",
         HEADLINES, "fault=of that month the next release says 27.4, release_id=2000-01"),
        ("update raw.headline_deficits set deficit_busd = -68.9 where release_id = '2024-02'",
         HEADLINES, "fault=of that month the next release says 69.5, release_id=2024-02"),
        (redated("2024-03", "'2024-05-04'"), CALENDAR,
         "fault=the day is of a weekend, release_id=2024-03, released_on=2024-05-04"),
        ("delete from raw.revision_spans where reference_month = 7", SPANS,
         "fault=the month is missing, reference_month=7, months_back=null"),
        ("insert into raw.revision_spans values (13, 1, 'by hand')", SPANS,
         "fault=reference_month is not 1 to 12, reference_month=13, months_back=1"),
        ("update raw.revision_spans set months_back = 31 where reference_month = 1", SPANS,
         "fault=the usual span is 13, reference_month=1, months_back=31"),
        (recession("2022-03-01", "2022-02-01"), RECESSIONS,
         "fault=the trough is not after the peak, peak_month=2022-03-01, "
         "trough_month=2022-02-01"),
        (recession("2009-06-01", "2010-01-01"), RECESSIONS,
         "fault=it begins before the end of that of 2007-12-01, peak_month=2009-06-01, "
         "trough_month=2010-01-01"),
        ("update raw.recessions set trough_month = null where peak_month = '2007-12-01'",
         RECESSIONS,
         "fault=it begins before the end of that of 2007-12-01, peak_month=2020-02-01, "
         "trough_month=2020-04-01"),
        (recession("2022-03-02", "2022-05-01"), RECESSIONS,
         "fault=a month is not given by its first day, peak_month=2022-03-02, "
         "trough_month=2022-05-01"),
        ("update raw.components set parent_component = 'totl' where component = 'goods'",
         COMPONENTS,
         "fault=parent_component is no component, component=goods, parent_component=totl"),
        ("update raw.series set fred_series_id = case series_id when 'balance_total' then 'BOPGTB' "
         "else 'BOPGSTB' end where series_id in ('balance_total', 'balance_goods')", SERIES,
         "fault=fred_series_id should be BOPGSTB, series_id=balance_total"),
        ("update raw.series set title = 'Imports of goods' where series_id = 'imports_services'",
         SERIES, "fault=title should be Imports of services, series_id=imports_services"),
        ("update raw.series set label = 'Imports' where series_id = 'imports_total'",
         SERIES, "fault=label should be Imports, total, series_id=imports_total"),
        ("update raw.series set flow = 'exports' where series_id = 'imports_total'",
         SERIES, "fault=series_id should be exports_total, series_id=imports_total"),
        ("update raw.series set sort_order = 1 where series_id = 'balance_goods'", PLACES,
         "fault=more than one row has this sort_order, or none, seed=series, sort_order=1"),
    ],
    ids=lambda words: words.split(",")[0].removeprefix("fault=") if "fault=" in words else "",
)  # fmt: skip
def test_a_row_that_cannot_be_right_is_shown(
    build: Build, tmp_path: Path, change: str, test: str, said: str
) -> None:
    outcome = replayed(build, tmp_path, sql=[change], upto=test)
    assert outcome.failed == {test}
    assert f"\n{test}: {said}" in f"\n{outcome.printed}"


@pytest.mark.parametrize(
    ("change", "test"),
    [
        (dated("2030-04", "2030-05-01"), CALENDAR),
        (dated("2030-03", "2030-10-17"), CALENDAR),
        ("update raw.recessions set trough_month = null where peak_month = '2020-02-01'",
         RECESSIONS),
    ],
    ids=["the day after its month", "200 days after it", "a recession that is still on"],
)  # fmt: skip
def test_a_row_that_can_be_right_is_let_through(
    build: Build, tmp_path: Path, change: str, test: str
) -> None:
    """The releases of March and April 2030 are not loaded: the calendar may go ahead of them."""
    outcome = replayed(build, tmp_path, sql=[change], upto=test)
    assert outcome.replayed.succeeded, outcome.replayed


def test_of_many_rows_the_first_five_are_shown_and_the_rest_counted(
    build: Build, tmp_path: Path
) -> None:
    outcome = replayed(build, tmp_path, sql=["delete from raw.revision_spans"], upto=SPANS)
    lines = [line for line in outcome.printed.split("\n") if line.startswith(SPANS)]
    assert len(lines) == 6
    assert lines[-1] == f"{SPANS}: ... and 7 more"
