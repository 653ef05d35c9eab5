"""What the audit finds of wrong numbers, and what no identity can tell, in cases by hand.

`make faults` tries faults of every kind, everywhere.
"""

from __future__ import annotations

from collections import ChainMap, Counter
from collections.abc import Iterator

import duckdb
import pytest
from proofs import faults
from proofs.replay import replay
from support.builds import Build


def loaded(build: Build) -> duckdb.DuckDBPyConnection:
    """The committed release's seeds, in memory, in a database of the name that the SQL knows."""
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as us_trade; use us_trade")
    faults.load_release(connection, build.manifest)
    return connection


# ----------------------------------------------------------------- cases by hand, in 2001

Errors = dict[str, int]  # added to cells, which are named by their line and series
YEAR, MAY, JUNE, AUGUST = 150, 155, 156, 158  # lines of the release


def row(line: int, **errors: int) -> Errors:
    return {f"{line} {series}": error for series, error in errors.items()}


def alike(line: int, error: int) -> Errors:
    return row(line, exports_goods=error, exports_total=error, balance_goods=error,
               balance_total=error)  # fmt: skip


ALL = row(YEAR, exports_goods=700, exports_services=300, exports_total=1_000,
          imports_goods=300, imports_services=100, imports_total=400,
          balance_goods=400, balance_services=200, balance_total=600)  # fmt: skip
LOCATED = {
    "one of a month": row(MAY, exports_goods=18_000),
    "one of a year": row(YEAR, imports_total=-9),
    "two that make up for each other": row(MAY, exports_goods=-50, exports_services=50),
    "two that share a sum": row(MAY, exports_goods=1_000, imports_goods=300),
    "three of a row": row(MAY, exports_goods=1_000, imports_services=300, balance_total=70),
    "one in each of three rows": row(MAY, exports_goods=90) | row(JUNE, exports_goods=-70)
        | row(YEAR, imports_total=50),
}  # fmt: skip
# What the identities cannot tell (docs/checks.md), and how many cells they name instead.
UNLOCATED = {
    "one that rounding hides": (row(MAY, exports_goods=1), 0),
    "one that rounding half hides": (row(AUGUST, imports_services=2), 3),
    "alike in all identities of a row": (alike(MAY, 1_000), 4 * 13),
    "alike in those of the year too": (alike(MAY, 1_000) | alike(YEAR, 1_000), 0),
    "from one month into another": (alike(MAY, 1_000) | alike(JUNE, -1_000), 0),
    "all of a row": (ALL, 9 * 13),
}
CASES = {name: (errors, errors, 0) for name, errors in LOCATED.items()} | {
    name: (errors, {}, ambiguous) for name, (errors, ambiguous) in UNLOCATED.items()
}


@pytest.fixture(scope="module")
def by_hand(build: Build) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of 2001 for each case."""
    with loaded(build) as connection:
        load_cases(connection, {name: errors for name, (errors, *_) in CASES.items()})
        faults.audit(connection, build.manifest)
        yield connection


def load_cases(connection: duckdb.DuckDBPyConnection, cases: dict[str, Errors]) -> None:
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
        wrong = {cell: correct[cell] + error for cell, error in errors.items()}
        connection.execute(
            "insert into copies values (?, [2001], ?, ?)", [name, [*wrong], [*wrong.values()]]
        )
    connection.execute(faults.sql("load"))


@pytest.mark.parametrize("name", CASES)
def test_cases_by_hand(by_hand: duckdb.DuckDBPyConnection, name: str) -> None:
    """A certain suspect is off by the error, within two roundings; the others are counted."""
    _, located, ambiguous = CASES[name]
    suspects = by_hand.execute(
        "select line_number || ' ' || series_id, published_musd - implied_musd, is_ambiguous "
        "from intermediate.int_suspect_cells where release_id = $name", {"name": name}
    ).fetchall()  # fmt: skip
    certain = {cell: error for cell, error, is_ambiguous in suspects if not is_ambiguous}
    assert certain == {cell: pytest.approx(error, abs=1) for cell, error in located.items()}
    assert len(suspects) - len(certain) == ambiguous


def test_a_known_discrepancy_and_a_new_error_do_not_hide_each_other(build: Build) -> None:
    """A cell that may stand in both is suspected for the new one."""
    errors = row(MAY, exports_goods=18_000, imports_services=500) | row(AUGUST, exports_total=700)
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
    ("errors", "parts", "said"),
    [
        (row(MAY, exports_goods=18_000), {2: 1, 4: 1, 5: 3},
         "releases/2024-02.txt line 155, column 6: exports goods, May 2001 reads 81,882; "
         "the identities say 63,882 (63,881 to 63,883)"),
        (ALL, {2: 1, 4: 1, 5: 9},
         "releases/2024-02.txt line 150: this row or one of its months is wrong: 2001 does not add "
         "up to its months, in all nine numbers"),
        (alike(MAY, 1_000), {2: 1, 4: 1, 5: 4},
         "releases/2024-02.txt line 150: this row or one of its months is wrong: 2001 does not add "
         "up to its months, in balance goods; balance total; exports goods; exports total"),
        (ChainMap(*(row(YEAR + month, exports_goods=900, imports_services=300)
                    for month in range(1, 13))),
         {2: 20, 3: 1, 4: 1, 5: 20}, "... and 4 more, in intermediate.int_suspect_cells"),
    ],
    ids=["a number", "a row", "a part of a row", "twenty of more"],
)  # fmt: skip
def test_what_is_printed_of_wrong_numbers(
    build: Build, errors: Errors, parts: dict[int, int], said: str
) -> None:
    with loaded(build) as connection:
        load_cases(connection, {"one": errors})
        assert replay(connection, build.manifest, upto="int_suspect_lines").succeeded
        lines = connection.execute(
            "select part, line from intermediate.int_suspect_lines order by part, place"
        ).fetchall()
    assert Counter(part for part, _ in lines) == parts
    assert [line for part, line in lines if part < 4][-1] == said
