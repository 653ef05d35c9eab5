"""Planted faults of every kind: found, named and repaired, in the SQL that the build runs."""

from __future__ import annotations

import csv
import io
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest
from proofs import faults
from proofs.faults import __main__ as program
from proofs.replay import replay
from support.builds import Build

from project import ROOT, main

KINDS = {"digit replaced", "digits transposed", "digit dropped", "digit doubled", "sign flipped",
         "cells swapped"}  # fmt: skip
SEVERAL = {"two in a row", "two in a year", "two of a series and year", "three in a row",
           "three in a year"}  # fmt: skip


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
        faults.damage(connection, lines=lines, several=0)
        faults.audit(connection, build.manifest)
        yield connection, *faults.judge(connection)


def test_faults_at_the_edges_are_all_repaired_and_nothing_correct_is_suspected(edges) -> None:
    _, results, false_alarms = edges
    large = [row for row in results if not row.is_small]
    assert {row.kind for row in large} == KINDS
    assert faults.is_proven(results, false_alarms)


def test_a_suspect_says_where_it_stands(edges) -> None:
    """Line and column lead back to the damaged number in the text."""
    connection, _, _ = edges
    wrong = connection.execute(
        """
        select line_number, column_number, any_value(correct[1])
        from intermediate.int_suspect_cells
        inner join copies using (release_id)
        where len(cells) = 1 and not is_ambiguous
        group by line_number, column_number
        """
    ).fetchall()
    lines = (ROOT / "releases" / "2024-02.txt").read_text().split("\n")
    assert len(wrong) == 4 * 9
    for line, column, correct in wrong:
        assert lines[line - 1].split("\t")[column - 1] == f"{correct:,}"


def run(
    build: Build, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
    *arguments: str,
) -> tuple[int, str, str]:  # fmt: skip
    """The program's exit status and words, with the SQL of the one build in place of dbt's."""
    monkeypatch.setattr(program.faults, "compiled", lambda folder: build.manifest)
    status = main(program.command, program.parser(), arguments)
    return status, *capfd.readouterr()


def test_a_sample_of_each_kind(
    build: Build, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file, page = tmp_path / "verdicts.csv", tmp_path / "page.md"
    page.write_text("<!-- faults -->\n<!-- /faults -->\n")
    status, said, complaints = run(
        build, monkeypatch, capfd, "--sample", "40", "--verdicts", str(file), "--write", str(page)
    )
    assert (status, complaints) == (0, "")
    assert "\nFalse alarms on the undamaged release: 0." in said
    assert "\n440 copies in " in said
    assert "| two in a year " in page.read_text()
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert Counter(row["kind"] for row in rows) == dict.fromkeys(KINDS | SEVERAL, 40)
    text = (ROOT / "releases" / "2024-02.txt").read_text().split("\n")
    for row in rows:
        cells, correct = row["cells"].split("; "), row["correct_musd"].split("; ")
        for cell, value in zip(cells, correct, strict=True):
            line, _ = cell.split(" ")
            assert f"{int(value):,}" in text[int(line) - 1].split("\t")
        lines = {cell.split(" ")[0] for cell in cells}
        assert (len(lines) > 1) == (row["kind"] in SEVERAL and "in a row" not in row["kind"])


def result(kind: str = "digit dropped", *, is_single: bool = True, is_small: bool = False,
           repaired: int = 10, wrong: int = 0) -> faults.Result:  # fmt: skip
    return faults.Result(kind, is_single, is_small, 10, 10, 10, 0, repaired, wrong)


@pytest.mark.parametrize(
    ("results", "false_alarms", "is_proven"),
    [
        ([result(), result(is_small=True, repaired=1)], 0, True),
        ([result(), result("two in a row", is_single=False, repaired=9)], 0, True),
        ([result(), result("two in a row", is_single=False, wrong=1)], 0, False),
        ([result(repaired=9)], 0, False),
        ([result(wrong=1)], 0, False),
        ([result()], 1, False),
    ],
)
def test_what_is_proven(results: list[faults.Result], false_alarms: int, is_proven: bool) -> None:
    assert faults.is_proven(results, false_alarms) == is_proven


def test_a_missed_fault_is_an_exit_status(
    build: Build, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program.faults, "CERTAIN_FROM_MUSD", 0)
    status, said, complaints = run(build, monkeypatch, capfd, "--sample", "40")
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


# ----------------------------------------------------------------- cases by hand, in 2001

YEAR, MAY, JUNE, AUGUST = 150, 155, 156, 158  # lines of the release
ALIKE = {"exports_goods": 1_000, "exports_total": 1_000, "balance_goods": 1_000,
         "balance_total": 1_000}  # fmt: skip
ALL = {"exports_goods": 700, "exports_services": 300, "exports_total": 1_000,
       "imports_goods": 300, "imports_services": 100, "imports_total": 400,
       "balance_goods": 400, "balance_services": 200, "balance_total": 600}  # fmt: skip


class Case(NamedTuple):
    """Errors added to cells, by line; those that are found for certain; how many may be it."""

    errors: dict[int, dict[str, int]]
    certain: dict[int, dict[str, int]] | None = None  # None: all
    ambiguous: int = 0


CASES = {
    "one of a month": Case({MAY: {"exports_goods": 18_000}}),
    "one of a year": Case({YEAR: {"imports_total": -9}}),
    "two that make up for each other": Case({MAY: {"exports_goods": -50, "exports_services": 50}}),
    "two that share a sum": Case({MAY: {"exports_goods": 1_000, "imports_goods": 300}}),
    "three of a row": Case(
        {MAY: {"exports_goods": 1_000, "imports_services": 300, "balance_total": 70}}
    ),
    "one in each of three rows": Case(
        {MAY: {"exports_goods": 90}, JUNE: {"exports_goods": -70}, YEAR: {"imports_total": 50}}
    ),
    # What the identities cannot tell: docs/checks.md.
    "one that rounding hides": Case({MAY: {"exports_goods": 1}}, {}),
    "one that rounding half hides": Case({AUGUST: {"imports_services": 2}}, {}, 3),
    "alike in all identities of a row": Case({MAY: ALIKE}, {}, 4 * 13),
    "alike in those of the year too": Case({MAY: ALIKE, YEAR: ALIKE}, {}),
    "from one month into another": Case({MAY: ALIKE, JUNE: {s: -e for s, e in ALIKE.items()}}, {}),
    "all of a row": Case({YEAR: ALL}, {}, 9 * 13),
}


def flat(errors: dict[int, dict[str, int]]) -> dict[str, int]:
    return {f"{line} {series}": error for line, cells in errors.items()
            for series, error in cells.items()}  # fmt: skip


@pytest.fixture(scope="module")
def by_hand(build: Build) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of 2001 for each case."""
    with loaded(build) as connection:
        load_cases(connection, {name: case.errors for name, case in CASES.items()})
        faults.audit(connection, build.manifest)
        yield connection


def load_cases(
    connection: duckdb.DuckDBPyConnection, cases: dict[str, dict[int, dict[str, int]]]
) -> None:
    correct = dict(connection.execute(
        """
        select line_number || ' ' || name, value_musd
        from (
            unpivot (from raw.monthly_trade union all by name from raw.annual_trade)
            on columns('^(balance|exports|imports)_') into name name value value_musd
        )
        """
    ).fetchall())  # fmt: skip
    connection.execute(
        "create temp table copies (release_id text, years int[], cells text[], wrong int[])"
    )
    for name, errors in cases.items():
        wrong = {cell: correct[cell] + error for cell, error in flat(errors).items()}
        connection.execute(
            "insert into copies values (?, [2001], ?, ?)", [name, [*wrong], [*wrong.values()]]
        )
    connection.execute(faults.sql("load"))


@pytest.mark.parametrize("name", CASES)
def test_cases_by_hand(by_hand: duckdb.DuckDBPyConnection, name: str) -> None:
    """A certain suspect is off by the error, within two roundings; the others are counted."""
    case = CASES[name]
    suspects = by_hand.execute(
        "select line_number || ' ' || series_id, published_musd - implied_musd, is_ambiguous "
        "from intermediate.int_suspect_cells where release_id = $name", {"name": name}
    ).fetchall()  # fmt: skip
    certain = {cell: error for cell, error, is_ambiguous in suspects if not is_ambiguous}
    expected = flat(case.errors if case.certain is None else case.certain)
    assert certain == {cell: pytest.approx(error, abs=1) for cell, error in expected.items()}
    assert len(suspects) - len(certain) == case.ambiguous


def test_a_known_discrepancy_and_a_new_error_do_not_hide_each_other(build: Build) -> None:
    """A cell that may stand in both is suspected for the new one."""
    errors = {
        MAY: {"exports_goods": 18_000, "imports_services": 500},
        AUGUST: {"exports_total": 700},
    }
    with loaded(build) as connection:
        load_cases(connection, {"one": errors})
        faults.audit(connection, build.manifest)
        connection.execute(
            """
            insert into raw.known_discrepancies
            select
                release_id, identity_id, period_type, period_start, period_end, residual_musd, 'so'
            from intermediate.int_identity_residuals
            where status = 'failed' and (component = 'goods' or flow = 'exports')
            """
        )
        faults.audit(connection, build.manifest)
        assert connection.execute(
            "select series_id, is_accepted, is_ambiguous, len(split(evidence, '; ')) "
            "from intermediate.int_suspect_cells order by all"
        ).fetchall() == [
            ("balance_total", False, True, 1),
            ("exports_goods", True, False, 3),
            ("exports_total", False, True, 1),  # also known: for certain, by its other identities
            ("imports_services", False, False, 3),
            ("imports_total", False, True, 1),
        ]


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        ({MAY: {"exports_goods": 18_000}},
         ["line 155, column 6: exports goods, May 2001 reads 81,882; "
          "the identities say 63,882 (63,881 to 63,883)"]),
        ({YEAR: ALL},
         ["line 150: this row or one of its months is wrong: 2001 does not add up to its "
          "months, in all nine numbers"]),
        ({MAY: ALIKE},
         ["line 150: this row or one of its months is wrong: 2001 does not add up to its "
          "months, in balance goods; balance total; exports goods; exports total"]),
    ],
    ids=["a number", "a row", "a part of a row"],
)  # fmt: skip
def test_what_is_printed_of_wrong_numbers(
    build: Build, errors: dict[int, dict[str, int]], said: list[str]
) -> None:
    with loaded(build) as connection:
        load_cases(connection, {"one": errors})
        assert replay(connection, build.manifest, upto="int_suspect_lines").succeeded
        lines = connection.execute(
            "select line from intermediate.int_suspect_lines where part < 4 order by part, place"
        ).fetchall()
    assert [line for (line,) in lines] == [f"releases/2024-02.txt {words}" for words in said]


def test_twenty_of_more_numbers_are_printed(build: Build) -> None:
    months = range(YEAR + 1, YEAR + 13)
    errors = dict.fromkeys(months, {"exports_goods": 900, "imports_services": 300})
    with loaded(build) as connection:
        load_cases(connection, {"one": errors})
        assert replay(connection, build.manifest, upto="int_suspect_lines").succeeded
        assert connection.execute(
            "select part, count(*), any_value(line) filter (part = 3) "
            "from intermediate.int_suspect_lines group by part order by part"
        ).fetchall() == [
            (2, 20, None),
            (3, 1, "... and 4 more, in intermediate.int_suspect_cells"),
            (4, 1, None),
            (5, 20, None),
        ]
