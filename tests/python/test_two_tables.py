"""Exhibit 1 beside the history: what a release remembers, what is current, what is missing."""

from __future__ import annotations

import datetime
from pathlib import Path

import duckdb
import pytest
from proofs.made_up_releases import (
    Published,
    as_bundle,
    as_workbook,
    made_up_exhibit,
    made_up_release,
)
from proofs.replay import Replayed
from support.builds import Build, Outcome, once, query, replayed

GATE = "no_failure_is_unexplained"
NOVEMBER = {(2023, 11): {"exports_goods": 30}}
DECEMBER = {(2023, 11): {"exports_goods": 130}, (2023, 12): {"imports_services": -70}}


@pytest.fixture(scope="module")
def releases(release_text: str) -> dict[str, str]:
    """A history to June 2019, and the Exhibits 1 of November and December 2023, as texts."""
    published = Published(release_text).exactly()
    return {
        "2019-06": made_up_release(published, (2019, 6)),
        "2023-11": made_up_exhibit(published, (2023, 11), NOVEMBER),
        "2023-12": made_up_exhibit(published, (2023, 12), DECEMBER, before=NOVEMBER),
    }


@pytest.fixture(scope="module")
def exhibits(
    build: Build, releases: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Outcome:
    """A database of them, the last in a bundle; to read."""

    def make(folder: Path) -> None:
        bundle = as_bundle(as_workbook(releases["2023-12"]))
        outcome = replayed(
            build,
            folder / "replay",
            releases={
                "2019-06.txt": releases["2019-06"].encode(),
                "2023-11.txt": releases["2023-11"].encode(),
                "ft900xlsx_2312.zip": bundle,
            },
        )
        assert outcome.replayed.succeeded, outcome.replayed
        (folder / "printed.txt").write_text(outcome.printed)

    folder = once(tmp_path_factory, "exhibits", make)
    replay = Replayed(printed=(folder / "printed.txt").read_text())
    return Outcome(folder / "replay" / "us_trade.duckdb", replay)


def test_of_each_year_the_latest_release_that_prints_it_is_current(exhibits: Outcome) -> None:
    for fact, day in (("fct_monthly_trade", "month_date"), ("fct_annual_trade", "last_month")):
        assert exhibits.query(
            f"select release_id, min(year({day})), max({day}) from marts.{fact} "
            "group by all order by all"
        ) == [
            ("2019-06", 1992, datetime.date(2019, 6, 1)),
            ("2023-12", 2021, datetime.date(2023, 12, 1)),
        ]  # fmt: skip


def test_a_gap_is_named_and_nothing_is_compared_across_it(exhibits: Outcome) -> None:
    assert "gap         no release covers July 2019 to December 2020: " in exhibits.printed
    [(change, from_year_ago, average)] = exhibits.query(
        """
        select change_musd, change_from_year_ago_musd, three_month_average_musd
        from marts.mart_trade_indicators
        where month_date = '2021-01-01' and component = 'total' and flow = 'exports'
        """
    )
    assert (change, from_year_ago, average) == (None, None, None)
    # Records and streaks start anew: the first month has nothing to beat.
    assert exhibits.query(
        """
        select distinct is_record_high, highest_since, streak_months
        from marts.mart_trade_records
        where month_date = '2021-01-01'
        """
    ) == [(None, None, None)]


def test_a_number_as_previously_published_is_an_estimate_of_the_release_before(
    exhibits: Outcome,
) -> None:
    """October 2023 as previously published in 2023-11; the first estimate of November is loaded."""
    assert exhibits.query(
        """
        select release_id, source_release_id, estimate_number, is_current, released_on
        from marts.fct_monthly_trade_vintages
        where month_date in ('2023-10-01', '2023-11-01') and component = 'goods'
        order by month_date, estimate_number
        """
    ) == [
        ("2023-10", "2023-11", 1, False, datetime.date(2023, 12, 6)),
        ("2023-11", "2023-11", 2, False, datetime.date(2024, 1, 9)),
        ("2023-12", "2023-12", 3, True, datetime.date(2024, 2, 7)),
        ("2023-11", "2023-11", 1, False, datetime.date(2024, 1, 9)),
        ("2023-12", "2023-12", 2, True, datetime.date(2024, 2, 7)),
    ]
    assert exhibits.query(
        """
        select release_id, count(*), count(z_score) from marts.fct_reconciliation
        where identity_family = 'previously_published' and status = 'exact' group by all
        """
    ) == [("2023-12", 9, 0)]


def test_a_release_has_its_own_front_page(exhibits: Outcome) -> None:
    assert exhibits.query(
        """
        select release_id, count(*) from marts.mart_trade_highlights
        where month_date = cast(release_id || '-01' as date) group by all order by all
        """
    ) == [(release, 9 * 12) for release in ("2019-06", "2023-11", "2023-12")]


def test_a_sentence_says_what_a_release_revised(exhibits: Outcome) -> None:
    assert exhibits.query("select sentence from marts.dim_release order by release_id") == [
        ("No release before 2019-06 is loaded",),
        ("2023-11 covers no month of 2019-06",),
        (
            "2023-12 against 2023-11: 4 numbers revised, of November 2023; the largest: Trade "
            "balance: goods and services, November 2023, up by 100 million dollars; as far back as "
            "is routine",
        ),
    ]


def test_the_shapes_of_fred_and_alfred(exhibits: Outcome) -> None:
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
        where month_date = '2023-11-01' and component = 'goods' order by estimate_number
        """
    )
    assert exhibits.query("from marts.alfred('BOPGEXP') where date = '2023-11-01'") == [
        (datetime.date(2023, 11, 1), datetime.date(2024, 1, 9), datetime.date(2024, 2, 6), first),
        (datetime.date(2023, 11, 1), datetime.date(2024, 2, 7), datetime.date.max, second),
    ]
    # A value that is printed again unchanged stands on.
    assert exhibits.query(
        """
        select realtime_start, realtime_end from marts.alfred('BOPGEXP')
        where date = '2022-11-01'
        """
    ) == [(datetime.date(2024, 1, 9), datetime.date.max)]


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
@pytest.mark.parametrize("columns", ["*", "1", "count(*)"])
def test_a_macro_knows_no_other_argument(
    exhibits: Outcome, call: str, reason: str, columns: str
) -> None:
    """Whatever is asked for."""
    with pytest.raises(duckdb.InvalidInputException, match=reason):
        exhibits.query(f"select {columns} from marts.{call}")


def damaged(text: str, label: str, column: int, by: int, *, last: bool = False) -> str:
    """The text with a number of the last (or first) row of that label changed."""
    lines = text.split("\n")
    rows = [at for at, line in enumerate(lines) if line.startswith(f"{label}\t-")]
    at = rows[-1 if last else 0]
    fields = lines[at].split("\t")
    fields[column] = f"{int(fields[column].replace(',', '')) + by:,}"
    lines[at] = "\t".join(fields)
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("release", "label", "period_type", "stops"),
    [
        ("2023-12", "", "as_previously_published", True),
        ("2023-11", "November", "month", False),
        ("2023-11", "Jan. - Nov.", "part_year", False),
        ("2023-11", "Jan. - Nov.", "year_to_date", False),
    ],
)
def test_one_wrong_number_is_located_like_any_other(
    build: Build, releases: dict[str, str], tmp_path: Path,
    release: str, label: str, period_type: str, stops: bool,
) -> None:  # fmt: skip
    """In what a release remembers, in what the next one does, in a year to date."""
    text = damaged(releases[release], label, 5, 7_000, last=period_type in ("month", "part_year"))
    outcome = replayed(
        build,
        tmp_path,
        releases={f"{name}.txt": (text if name == release else sound).encode()
                  for name, sound in releases.items()},
    )  # fmt: skip
    assert (GATE in outcome.failed) == stops
    assert query(
        outcome.database,
        """
        select release_id, period_type, series_id, published_musd - implied_musd, is_ambiguous
        from intermediate.int_suspect_cells
        """,
    ) == [(release, period_type, "exports_goods", 7_000, False)]
    assert query(
        outcome.database, "select release_id, is_valid from intermediate.int_releases order by all"
    ) == [("2019-06", True), ("2023-11", release != "2023-11"), ("2023-12", release != "2023-12")]


def test_exhibits_and_histories_are_loaded_and_reprinted(
    build: Build, release_text: str, tmp_path: Path
) -> None:
    """In one build, each in another form; what cannot be rebuilt byte for byte fails the test."""
    published = Published(release_text).exactly()
    releases = {
        "2024-02.txt": release_text.encode(),
        "exh1.txt": made_up_exhibit(published, (2024, 1)).replace("\n", "\r\n").encode(),
        "2023-12.xlsx": as_workbook(made_up_exhibit(published, (2023, 12))),
        "2023-10.txt": made_up_release(published, (2023, 10)).encode(),
        "ft900xlsx_2305.zip": as_bundle(as_workbook(made_up_exhibit(published, (2023, 5)))),
    }
    for at, test in enumerate(
        ("the_release_is_rebuilt_byte_for_byte", "every_cell_that_was_read_is_loaded",
         "every_period_is_printed_once_for_every_series", "seeds_have_unique_keys")
    ):  # fmt: skip
        outcome = replayed(build, tmp_path / str(at), releases=releases, upto=test)
        assert outcome.replayed.succeeded, outcome.printed
    outcome = replayed(build, tmp_path / "text", releases=releases, upto="mart_release_text")
    assert outcome.query(
        "select release_id, count(*), max(line_text) filter (line_number = 1) "
        "from marts.mart_release_text group by all order by all"
    ) == [
        ("2023-05", 59, ""), ("2023-10", len(releases["2023-10.txt"].split(b"\n")), ""),
        ("2023-12", 59 - 2, ""), ("2024-01", 55, "\t" * 9), ("2024-02", 522, ""),
    ]  # fmt: skip
