"""The marts of each situation, and what is said of them, are those of tests/golden/, row by row.

`make golden` writes them anew; their diff is what a change does to them.
An empty field is null, and "" a text without letters.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from proofs.differences import columns_of, differences, rounded, tables_of
from support.builds import Outcome
from support.captions import captions_of
from support.situations import SITUATIONS

from project import ROOT

GOLDEN = ROOT / "tests" / "golden"
# A file as a table of its lines.
LINES = "columns = {'line': 'varchar'}, header = false, delim = '\x01', quote = '', escape = ''"
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
            made.rename(GOLDEN / name)
            return
        assert unlike(connection, GOLDEN / name, made) == ""


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


def unlike(connection: duckdb.DuckDBPyConnection, golden: Path, made: Path) -> str:
    """Return the rows that only one of two folders has, under the names of their files."""
    lines = []
    for name in sorted({file.name for folder in (golden, made) for file in folder.iterdir()}):
        if not (golden / name).exists() or not (made / name).exists():
            lines += [f"{name}: is only in {golden if (golden / name).exists() else 'the build'}"]
            continue
        if (golden / name).read_bytes() == (made / name).read_bytes():
            continue
        one, other = (f"read_csv('{folder / name}', {LINES})" for folder in (golden, made))
        lines += [f"{name}:", *differences(connection, one, other)]
    return "\n".join(lines)


def test_a_row_and_a_file_that_only_one_side_has_are_named(tmp_path: Path) -> None:
    files = {
        "golden": {"dim.csv": "a,b\n1,\n2,x\n", "lost.csv": "a\n", "same.csv": "a\n"},
        "made": {"dim.csv": "a,b\n1,y\n2,x\n2,x\n", "new.csv": "a\n", "same.csv": "a\n"},
    }
    for folder, contents in files.items():
        (tmp_path / folder).mkdir()
        for name, text in contents.items():
            (tmp_path / folder / name).write_text(text)
    with duckdb.connect() as connection:
        said = unlike(connection, tmp_path / "golden", tmp_path / "made").splitlines()
    assert said == [
        "dim.csv:", "- 1,", "+ 1,y", "+ 2,x",
        f"lost.csv: is only in {tmp_path / 'golden'}", "new.csv: is only in the build",
    ]  # fmt: skip
