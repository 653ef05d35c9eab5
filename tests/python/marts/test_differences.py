"""The differences of two relations, or of two databases."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from proofs.differences import differences, differences_of_all

ROWS = "(values (1, 0.5::double, 'x'), (2, null, 'y')) as t (n, share, word)"


@pytest.mark.parametrize(
    ("other", "lines"),
    [
        (ROWS, []),
        (f"(from {ROWS} order by n desc)", []),
        (f"(select n, share + 1e-12 as share, word from {ROWS})", []),
        (f"(select n, share + 1e-6 as share, word from {ROWS})",
         ["- 1, 0.5, x", "+ 1, 0.500001, x"]),
        (f"(select n, coalesce(share, 0) as share, word from {ROWS})",
         ["- 2, null, y", "+ 2, 0.0, y"]),
        (f"(from {ROWS} where n = 2)", ["- 1, 0.5, x"]),
        (f"(from {ROWS} union all from {ROWS} where n = 2)", ["+ 2, null, y"]),
        (f"(select n::bigint as n, share, word from {ROWS})",
         ["- n INTEGER, share DOUBLE, word VARCHAR", "+ n BIGINT, share DOUBLE, word VARCHAR"]),
        (f"(select share, n, word from {ROWS})",
         ["- n INTEGER, share DOUBLE, word VARCHAR", "+ share DOUBLE, n INTEGER, word VARCHAR"]),
    ],
    ids=["alike", "order", "an order of adding up", "a number", "a null", "a row", "a row twice",
         "a type", "columns exchanged"],
)  # fmt: skip
def test_what_differs_is_said(other: str, lines: list[str]) -> None:
    with duckdb.connect() as connection:
        assert differences(connection, ROWS, other) == lines


def test_two_databases_are_compared_table_by_table(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        for name, rows, own in (("one", 2, "lost"), ("other", 3, "new")):
            connection.execute(f"attach '{tmp_path / name}.duckdb' as {name}")
            connection.execute(f"create schema {name}.marts")
            for table, count in (("fact", rows), ("same", 1), (own, 1)):
                connection.execute(
                    f"create table {name}.marts.{table} as from range({count}) as t (n)"
                )
            connection.execute(f"create view {name}.marts.seen as from {name}.marts.fact")
        assert dict(differences_of_all(connection, "one.marts", "other.marts")) == {
            "fact": ["+ 2"], "lost": ["- is there"], "new": ["+ is there"], "same": [],
            "seen": ["+ 2"],
        }  # fmt: skip
