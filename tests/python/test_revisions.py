"""More than one release: each is kept, the latest is shown, what was known when can be asked."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from support.builds import Outcome, query


def test_every_release_is_kept_and_the_latest_is_shown(three_releases: Outcome) -> None:
    releases = (
        "select release_id, is_latest, is_valid, agrees_with_announcement from marts.dim_release"
    )
    assert three_releases.query(releases) == [
        ("2023-12", False, True, False), ("2024-01", False, True, None),
        ("2024-02", True, True, True),
    ]  # fmt: skip
    for fact in ("fct_monthly_trade", "fct_annual_trade"):
        assert three_releases.query(f"select distinct release_id from marts.{fact}") == [
            ("2024-02",)
        ]
    for audit in ("fct_reconciliation", "mart_release_text", "fct_monthly_trade_vintages"):
        assert three_releases.query(f"select count(distinct release_id) from marts.{audit}") == [
            (3,)
        ]


def test_the_prints_of_a_month(three_releases: Outcome) -> None:
    prints = three_releases.query(
        """
        select release_id, estimate_number, is_first_estimate, is_current,
            exports_revision_from_previous_musd, exports_revision_from_first_musd,
            balance_revision_from_first_musd
        from marts.fct_monthly_trade_vintages
        where month_date = '2023-12-01' and component = 'goods'
        order by estimate_number
        """,
    )
    assert prints == [
        ("2023-12", 1, True, False, None, 0, 0),
        ("2024-01", 2, False, False, 250, 250, 250),
        ("2024-02", 3, False, True, 150, 400, 400),
    ]


def test_the_statistics_of_the_revisions(three_releases: Outcome) -> None:
    summary = three_releases.query(
        """
        select horizon, observations, mean_revision_musd, largest_revision_musd, share_upward
        from marts.mart_revision_summary
        where component = 'goods' and flow = 'exports'
        order by sort_order
        """,
    )
    assert summary == [
        ("next estimate", 2, 125, 250, 0.5), ("third estimate", 1, 400, 400, 1),
        ("current", 2, 200, 400, 0.5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "release", "months"),
    [
        ("2024-02-06", None, 0),
        ("2024-02-07", "2023-12", 384 * 3),
        ("2024-04-03", "2023-12", 384 * 3),
        ("2024-04-04", "2024-02", 386 * 3),
    ],
)
def test_what_was_known_on_a_day(
    three_releases: Outcome, day: str, release: str | None, months: int
) -> None:
    """The release of January has no date: it is left out, and each row says so."""
    assert three_releases.query(
        f"select max(release_id), count(*), max(undated_releases) from marts.trade_as_of('{day}')",
    ) == [(release, months, "2024-01" if months else None)]


def test_the_macro_answers_in_a_copy_of_another_name(database: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copyfile(database, tmp_path / "another name.duckdb"))
    assert query(copy, "select count(*) from marts.trade_as_of(date '2024-04-04')") == [(386 * 3,)]
    with duckdb.connect(copy, read_only=True) as connection:
        [(comment,)] = connection.execute(
            "select comment from duckdb_functions() where function_name = 'trade_as_of'"
        ).fetchall()
    assert "as they were known on that day" in comment


def test_a_month_revised_out_of_season_is_a_warning(three_releases: Outcome) -> None:
    unusual = three_releases.query(
        "select release_id, month_date::varchar, count(*), max(abs(revision_musd)) "
        "from marts.mart_release_changes where not is_routine group by all order by all",
    )
    assert unusual == [("2024-02", "1999-03-01", 4, 9), ("2024-02", "2023-12-01", 4, 150)]
    assert (
        "warning     2024-02 revises 2 months further back than is routine, by up to 150 million "
        "dollars since 2024-01: December 2023, March 1999\n"
    ) in three_releases.printed


def test_one_release_has_no_revisions(database: Path) -> None:
    """Only its last month has a first estimate."""
    sql = """
        select estimate_number = 1, exports_revision_from_first_musd, count(*)
        from marts.fct_monthly_trade_vintages
        group by all order by all
    """
    assert query(database, sql) == [(False, None, 385 * 3), (True, 0, 3)]
    summed = "select count(*), sum(observations) from marts.mart_revision_summary"
    assert query(database, summed) == [(0, None)]
    assert query(database, "select count(*) from marts.mart_release_changes") == [(0,)]
