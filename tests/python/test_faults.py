"""Planted faults of every kind: found, named and repaired, in the SQL that the build runs."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from proofs import faults
from proofs.faults import __main__ as program
from support.builds import Build

from project import ROOT, main

KINDS = {"digit replaced", "digits transposed", "digit dropped", "digit doubled", "sign flipped",
         "cells swapped"}  # fmt: skip


def loaded(build: Build, seeds: Path = ROOT / "seeds") -> duckdb.DuckDBPyConnection:
    """The committed release's seeds, in memory, in a database of the name that the SQL knows."""
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as us_trade; use us_trade")
    faults.load_release(connection, build.manifest, seeds)
    return connection


@pytest.fixture(scope="module")
def edges(build: Build) -> Iterator[tuple[duckdb.DuckDBPyConnection, list[faults.Result], int]]:
    """Every fault in the first and the last month, the first annual row and the part year."""
    with loaded(build) as connection:
        [(lines,)] = connection.execute(
            """
            select list(line_number)
            from (
                select unnest([min(line_number), max(line_number)]) as line_number
                from raw.monthly_trade
                union all
                select unnest([min(line_number), max(line_number)]) from raw.annual_trade
            )
            """
        ).fetchall()
        faults.damage(connection, lines=lines)
        faults.audit(connection, build.manifest)
        yield connection, *faults.judge(connection)


def test_faults_at_the_edges_are_all_found_named_and_repaired(edges) -> None:
    _, results, _ = edges
    large = [row for row in results if not row.is_small]
    assert {row.kind for row in large} == KINDS
    for row in large:
        assert (row.detected, row.located, row.repaired) == (row.tried,) * 3, row.kind
        assert row.ambiguous == 0, row.kind


def test_the_sound_release_raises_no_alarm(edges) -> None:
    _, _, false_alarms = edges
    assert false_alarms == 0


def test_a_suspect_says_where_it_stands(edges) -> None:
    """Line and column lead back to the damaged number in the text."""
    connection, _, _ = edges
    wrong = connection.execute(
        """
        select line_number, column_number, any_value(sound[1])
        from intermediate.int_suspect_cells
        inner join copies using (release_id)
        where len(cells) = 1 and not is_ambiguous
        group by line_number, column_number
        """
    ).fetchall()
    lines = (ROOT / "releases" / "2024-02.txt").read_text().split("\n")
    assert len(wrong) == 4 * 9
    for line, column, sound in wrong:
        assert lines[line - 1].split("\t")[column - 1] == f"{sound:,}"


def run(
    build: Build, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
    *arguments: str,
) -> tuple[int, str, str]:  # fmt: skip
    """The program's exit status and words, with the SQL of the one build in place of dbt's."""
    monkeypatch.setattr(program.faults, "compiled", lambda folder: build.manifest)
    status = main(program.command, program.parser(), arguments)
    return status, *capfd.readouterr()


def test_a_sample_of_the_whole_error_space(
    build: Build, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "verdicts.csv"
    status, said, complaints = run(
        build, monkeypatch, capfd, "--sample", "300", "--verdicts", str(file)
    )
    assert (status, complaints) == (0, "")
    assert "\nFalse alarms on the sound release: 0." in said
    assert "\n300 copies in " in said
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert len(rows) == 300
    assert {row["kind"] for row in rows} == KINDS
    assert {row["is_repaired"] for row in rows if row["kind"] == "sign flipped"} == {"True"}
    text = (ROOT / "releases" / "2024-02.txt").read_text().split("\n")
    for row in rows:
        for cell, sound in zip(
            row["cells"].split("; "), row["sound_musd"].split("; "), strict=True
        ):
            line, _ = cell.split(" ")
            assert f"{int(sound):,}" in text[int(line) - 1].split("\t")


def test_two_faults_in_each_copy(
    build: Build, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Some pairs cannot be told apart, which is no failure; a single fault must be."""
    status, said, _ = run(build, monkeypatch, capfd, "--pairs", "--sample", "100")
    assert status == 0
    assert "two in different years" in said


def test_the_run_fails_where_a_fault_is_missed() -> None:
    missed = [faults.Result("digit dropped", False, 10, 10, 9, 1, 9)]
    found = [
        faults.Result("digit dropped", False, 10, 10, 10, 0, 10),
        faults.Result("digit replaced", True, 5, 1, 1, 0, 1),
    ]
    assert not faults.is_proven(missed, false_alarms=0)
    assert not faults.is_proven(found, false_alarms=1)
    assert faults.is_proven(found, false_alarms=0)


def test_a_missed_fault_is_an_exit_status(
    build: Build, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program.faults, "CERTAIN_FROM_MUSD", 0)
    status, said, complaints = run(build, monkeypatch, capfd, "--sample", "300")
    assert status == 1
    assert "digit replaced" in said
    assert "docs/checks.md" in complaints


def test_seeds_are_read_from_a_folder_with_a_quote_in_its_name(
    build: Build, tmp_path: Path
) -> None:
    seeds = tmp_path / "o'brien's seeds"
    shutil.copytree(ROOT / "seeds", seeds)
    with loaded(build, seeds) as connection:
        assert connection.execute("select count(*) from raw.series").fetchall() == [(9,)]


def damage_by_hand(build: Build, *updates: str) -> list[tuple]:
    """The suspects of a copy of the release that each of these updates has damaged."""
    with loaded(build) as connection:
        for update in updates:
            connection.execute(update)
        faults.audit(connection, build.manifest)
        return connection.execute(
            "select line_number, series_id, implied_musd, is_ambiguous "
            "from intermediate.int_suspect_cells order by line_number, series_id"
        ).fetchall()


CONSISTENT = """
    update raw.{table} set
        exports_goods = exports_goods + 1000,
        exports_total = exports_total + 1000,
        balance_goods = balance_goods + 1000,
        balance_total = balance_total + 1000
    where year = 2001
"""
IN_MAY = CONSISTENT.format(table="monthly_trade") + " and month = 5"
IN_THE_YEAR = CONSISTENT.format(table="annual_trade")


def test_what_the_identities_cannot_see(build: Build) -> None:
    """The examples of docs/checks.md: two rows exchanged, an error that obeys every identity."""
    exchange = """
        update raw.monthly_trade set month = 7 - month where year = 1995 and month in (3, 4)
    """
    assert damage_by_hand(build, exchange, IN_MAY, IN_THE_YEAR) == []


def test_an_error_that_obeys_its_row_is_seen_by_its_year(build: Build) -> None:
    suspects = damage_by_hand(build, IN_MAY)
    assert len(suspects) == 13 * 4
    assert all(is_ambiguous for *_, is_ambiguous in suspects)


def test_three_wrong_numbers_in_a_row_are_not_explained_away(build: Build) -> None:
    """Nothing of one or two cells fits: the row's suspects are ambiguous and without a value."""
    suspects = damage_by_hand(
        build,
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


def test_wrong_numbers_in_different_rows_of_a_year_are_each_named(build: Build) -> None:
    suspects = damage_by_hand(
        build,
        "update raw.monthly_trade set exports_goods = 1 where year = 2001 and month = 5",
        "update raw.monthly_trade set exports_goods = 2 where year = 2001 and month = 6",
        "update raw.annual_trade set imports_total = 3 where year = 2001",
    )
    assert [(series, is_ambiguous) for _, series, _, is_ambiguous in suspects] == [
        ("imports_total", False),
        ("exports_goods", False),
        ("exports_goods", False),
    ]
