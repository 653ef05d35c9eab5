"""Planted faults of every kind: found, named and repaired, in the SQL that the build runs."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT

SCRIPT = ROOT / "scripts" / "inject_faults.py"
spec = importlib.util.spec_from_file_location("inject_faults", SCRIPT)
faults = importlib.util.module_from_spec(spec)
spec.loader.exec_module(faults)

KINDS = {*faults.DIGIT_FAULTS, "sign flipped", "cells swapped"}


def judge(folder: Path, copies: str) -> duckdb.DuckDBPyConnection:
    """The audit's verdicts on the faults that the SQL ``copies`` leaves of all of them."""
    database = folder / "faults.duckdb"
    with duckdb.connect(database) as connection:
        faults.load_seeds(connection)
        faults.damage(connection, pairs=False, sample=None, only=copies)
    faults.audit(database)
    return duckdb.connect(database, read_only=True)


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """Every fault in the first and the last month, the first annual row and the part year."""
    edges = """
        line_number in (
            select unnest([min(line_number), max(line_number)]) from raw.monthly_trade
            union all
            select unnest([min(line_number), max(line_number)]) from raw.annual_trade
        )
    """
    return judge(tmp_path_factory.mktemp("faults"), edges)


def test_faults_at_the_edges_are_all_found_named_and_repaired(verdicts) -> None:
    results = verdicts.execute(faults.RESULTS).fetchall()
    large = [row for row in results if row[1] == "3 or more"]
    assert {kind for kind, *_ in large} == KINDS
    for kind, _, tried, detected, located, ambiguous, repaired in large:
        assert (kind, detected, located, ambiguous, repaired) == (kind, tried, tried, 0, tried)


def test_the_sound_release_raises_no_alarm(verdicts) -> None:
    assert verdicts.execute(faults.FALSE_ALARMS).fetchall() == [(0,)]


def test_a_suspect_says_where_it_stands(verdicts) -> None:
    """Line and column lead back to the damaged number in the text."""
    wrong = verdicts.execute(
        """
        select line_number, column_number, any_value(sound[1])
        from intermediate.int_suspect_cells
        inner join copies using (release_id)
        where len(places) = 1 and not is_ambiguous
        group by line_number, column_number
        """
    ).fetchall()
    lines = (ROOT / "releases" / "2024-02.txt").read_text().split("\n")
    assert len(wrong) == 4 * 9
    for line, column, sound in wrong:
        assert lines[line - 1].split("\t")[column - 1] == f"{sound:,}"


def test_a_sample_of_the_whole_error_space(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, SCRIPT, "--sample", "300"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "false alarms on the sound release: 0" in run.stdout
    assert "\n300 copies in " in run.stdout


def test_the_run_fails_where_a_fault_is_missed() -> None:
    missed = [("digit dropped", "3 or more", 10, 10, 9, 1, 9)]
    found = [("digit dropped", "3 or more", 10, 10, 10, 0, 10), ("x", "below 3", 5, 1, 1, 0, 1)]
    assert not faults.is_proven(missed, false_alarms=0)
    assert not faults.is_proven(found, false_alarms=1)
    assert faults.is_proven(found, false_alarms=0)


def damage_by_hand(folder: Path, *updates: str) -> list[tuple]:
    """The suspects of a copy of the release that each of these updates has damaged."""
    database = folder / "faults.duckdb"
    with duckdb.connect(database) as connection:
        faults.load_seeds(connection)
        for update in updates:
            connection.execute(update)
    faults.audit(database)
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(
            "select line_number, series_id, implied_musd, is_ambiguous "
            "from intermediate.int_suspect_cells order by line_number, series_id"
        ).fetchall()


def test_what_the_identities_cannot_see(tmp_path: Path) -> None:
    """README's examples: two rows exchanged, and an error that obeys every identity."""
    exchange = """
        update raw.monthly_trade set month = 7 - month where year = 1995 and month in (3, 4)
    """
    consistent = """
        update raw.{table} set
            exports_goods = exports_goods + 1000,
            exports_total = exports_total + 1000,
            balance_goods = balance_goods + 1000,
            balance_total = balance_total + 1000
        where year = 2001 {month}
    """
    assert (
        damage_by_hand(
            tmp_path,
            exchange,
            consistent.format(table="monthly_trade", month="and month = 5"),
            consistent.format(table="annual_trade", month=""),
        )
        == []
    )


def test_an_error_that_obeys_its_row_is_seen_by_its_year(tmp_path: Path) -> None:
    suspects = damage_by_hand(
        tmp_path,
        """
        update raw.monthly_trade set
            exports_goods = exports_goods + 1000,
            exports_total = exports_total + 1000,
            balance_goods = balance_goods + 1000,
            balance_total = balance_total + 1000
        where year = 2001 and month = 5
        """,
    )
    assert len(suspects) == 13 * 4
    assert all(is_ambiguous for *_, is_ambiguous in suspects)


def test_three_wrong_numbers_in_a_row_are_not_explained_away(tmp_path: Path) -> None:
    """Nothing of one or two cells fits: the row's suspects are ambiguous and without a value."""
    suspects = damage_by_hand(
        tmp_path,
        """
        update raw.monthly_trade set
            exports_goods = exports_goods + 1000,
            imports_services = imports_services + 300,
            balance_total = balance_total + 70
        where year = 2001 and month = 5
        """,
    )
    [line] = {line for line, *_ in suspects}
    named = {series for _, series, *_ in suspects}
    assert named == {"exports_goods", "imports_services", "balance_total"}
    assert {(implied, is_ambiguous) for *_, implied, is_ambiguous in suspects} == {(None, True)}


def test_wrong_numbers_in_different_rows_of_a_year_are_each_named(tmp_path: Path) -> None:
    suspects = damage_by_hand(
        tmp_path,
        "update raw.monthly_trade set exports_goods = 1 where year = 2001 and month = 5",
        "update raw.monthly_trade set exports_goods = 2 where year = 2001 and month = 6",
        "update raw.annual_trade set imports_total = 3 where year = 2001",
    )
    assert [(series, is_ambiguous) for _, series, _, is_ambiguous in suspects] == [
        ("imports_total", False),
        ("exports_goods", False),
        ("exports_goods", False),
    ]
