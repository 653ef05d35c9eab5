"""The table macros: what was known on a day, and the shapes of FRED and ALFRED."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from support.builds import Outcome, query


@pytest.mark.parametrize(
    ("day", "release", "months"),
    [
        ("2024-02-06", None, 0),
        ("2024-02-07", "2023-12", 12 * 3),
        ("2024-04-03", "2023-12", 12 * 3),
        ("2024-04-04", "2024-02", 14 * 3),
    ],
)
def test_what_was_known_on_a_day(
    situation: Callable[[str], Outcome], day: str, release: str | None, months: int
) -> None:
    """The release of January has no date: it is left out, and each row says so."""
    assert situation("several_histories").query(
        f"select max(release_id), count(*), max(undated_releases) from marts.trade_as_of('{day}')",
    ) == [(release, months, "2024-01" if months else None)]


def test_a_macro_answers_in_a_copy_of_another_name(database: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copyfile(database, tmp_path / "another name.duckdb"))
    assert query(copy, "select count(*) from marts.trade_as_of(date '2024-04-04')") == [(386 * 3,)]
    [(comment,)] = query(
        copy, "select comment from duckdb_functions() where function_name = 'trade_as_of'"
    )
    assert "as known on that day" in comment


def test_the_shapes_of_fred_and_alfred(situation: Callable[[str], Outcome]) -> None:
    exhibits = situation("exhibits_alone")
    facts = (
        "select month_date, cast({} as double) from marts.mart_trade_indicators "
        "where component = 'goods' and flow = 'exports' order by month_date"
    )
    for unit, column in {
        "lin": "value_musd", "chg": "change_musd", "ch1": "change_from_year_ago_musd",
        "pch": "change_pct", "pc1": "change_from_year_ago_pct",
    }.items():  # fmt: skip
        assert exhibits.query(
            f"select date, value from marts.fred('BOPGEXP', '{unit}')"
        ) == exhibits.query(facts.format(column))
    assert exhibits.query("from marts.fred('BOPGEXP')") == exhibits.query(
        facts.format("value_musd")
    )
    # An estimate stands until the day before the next; one that is printed again stands on.
    assert exhibits.query(
        """
        select date::text, realtime_start::text, realtime_end::text, value::int
        from marts.alfred('BOPGEXP')
        where date in ('2021-11-01', '2022-12-01')
        """
    ) == [
        ("2021-11-01", "2023-03-08", "9999-12-31", 157_725),
        ("2022-12-01", "2023-02-07", "2023-03-07", 169_628),
        ("2022-12-01", "2023-03-08", "2023-04-04", 169_658),
        ("2022-12-01", "2023-04-05", "9999-12-31", 169_758),
    ]


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("fred('BOPGDP', 'lin')", "no FRED series is called BOPGDP; dim_series has nine"),
        ("fred('BOPGDP')", "no FRED series is called BOPGDP; dim_series has nine"),
        ("fred(null)", "no FRED series is called null; dim_series has nine"),
        ("fred('BOPGEXP', 'log')", "units are lin, chg, ch1, pch or pc1, not log"),
        ("fred('BOPGEXP', null)", "units are lin, chg, ch1, pch or pc1, not null"),
        ("alfred('BOPGDP')", "no FRED series is called BOPGDP; dim_series has nine"),
        ("alfred(null)", "no FRED series is called null; dim_series has nine"),
        ("trade_as_of(null)", "trade_as_of asks for a day, such as 2024-04-04, not null"),
    ],
)
def test_a_macro_knows_no_other_argument(database: Path, call: str, reason: str) -> None:
    """Whatever is asked for."""
    for columns in ("*", "1", "count(*)"):
        with pytest.raises(duckdb.InvalidInputException, match=reason):
            query(database, f"select {columns} from marts.{call}")
