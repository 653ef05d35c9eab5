"""The table macros: what was known on a day, and the shapes of FRED and ALFRED."""

from __future__ import annotations

import datetime
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
    levels = exhibits.query(facts.format("value_musd"))
    assert exhibits.query("from marts.fred('BOPGEXP')") == levels
    [(first,), (second,)] = exhibits.query(
        """
        select exports_musd from marts.fct_monthly_trade_vintages
        where month_date = '2022-12-01' and component = 'goods' and estimate_number > 1
        order by estimate_number
        """
    )
    said = dict(exhibits.query("select release_id, released_on from marts.dim_release"))
    one_day = datetime.timedelta(days=1)
    january, february = said["2023-01"], said["2023-02"]
    assert exhibits.query("from marts.alfred('BOPGEXP') where date = '2022-12-01'")[1:] == [
        (datetime.date(2022, 12, 1), january, february - one_day, first),
        (datetime.date(2022, 12, 1), february, datetime.date.max, second),
    ]
    # A value that is printed again unchanged stands on.
    assert exhibits.query(
        """
        select realtime_start, realtime_end from marts.alfred('BOPGEXP')
        where date = '2021-11-01'
        """
    ) == [(january, datetime.date.max)]


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
