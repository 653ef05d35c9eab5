"""The marts of each situation, and what is said of them, are those of tests/golden/, row by row.

`make golden` writes them anew; their diff is what a change does to them.
An empty field is null, and "" a text without letters.
"""

from __future__ import annotations

import difflib
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from proofs.differences import columns_of, rounded, tables_of
from support.builds import Outcome
from support.captions import captions_of
from support.situations import SITUATIONS

from project import ROOT

GOLDEN = ROOT / "tests" / "golden"
# Of marts that are long, the rows that are kept: the summary counts the exact residuals, goods go
# as the total does, and the deficit of the month before is what the last one is compared with.
LAST = "(select max(month_date) from marts.dim_month)"
KEPT = {
    "fct_reconciliation": "residual_musd <> 0",
    "mart_headline_revisions": "month_date >= '2022-10-01'",
    "mart_trade_highlights":
        f"month_date = {LAST} or (subject = 'deficit' and month_date > {LAST} - 40)",
    "mart_trade_indicators": "component <> 'goods'",
    "mart_trade_records": "component <> 'goods'",
}  # fmt: skip


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_situation_is_that_of_its_golden_files(
    situation: Callable[[str], Outcome], name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    outcome = situation(name)
    made = tmp_path / "golden"
    made.mkdir()
    (made / "printed.txt").write_text(outcome.printed)
    with duckdb.connect(outcome.database, read_only=True) as connection:
        if SITUATIONS[name].has_marts:
            write_marts(connection, made)
            (made / "captions.txt").write_text(captions_of(connection))
    if request.config.getoption("--golden"):
        shutil.rmtree(GOLDEN / name, ignore_errors=True)
        shutil.copytree(made, GOLDEN / name)
    assert unlike(GOLDEN / name, made) == ""


def write_marts(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write the rows of every mart that are kept, in the order of its key."""
    keys = dict(
        connection.execute(
            """
            select table_name, array_to_string(constraint_column_names, ', ')
            from duckdb_constraints()
            where schema_name = 'marts' and constraint_type = 'PRIMARY KEY'
            """
        ).fetchall()
    )
    for mart in tables_of(connection, "marts"):
        select = rounded(f"marts.{mart}", columns_of(connection, f"marts.{mart}"))
        select += f" where {KEPT.get(mart, 'true')} order by {keys[mart]}"
        connection.execute(f"copy ({select}) to '{folder / mart}.csv' (header)")


def unlike(golden: Path, made: Path) -> str:
    """Return the rows that only one of two folders has, under the names of their files."""
    names = sorted({file.name for folder in (golden, made) for file in folder.iterdir()})
    return "\n".join(
        line for name in names
        for line in difflib.unified_diff(
            lines_of(golden / name), lines_of(made / name), name, name, n=0, lineterm=""
        )
    )  # fmt: skip


def lines_of(file: Path) -> list[str]:
    return file.read_text().split("\n") if file.exists() else []
