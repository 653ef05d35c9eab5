"""The rows that the report shows: each is what a query of queries/ returns from the marts.

The rest of the report reads rows by the names of their columns, and works nothing out.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from project import ProjectError, shown

QUERIES = Path(__file__).resolve().parent / "queries"

Row = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a query returns, each row by the names of its columns, and the query itself."""

    name: str
    sql: str
    columns: list[str]
    rows: list[Row]

    @property
    def file(self) -> str:
        return shown(QUERIES / f"{self.name}.sql")

    def only(self) -> Row:
        """Return the one row of a query that returns one; raise ProjectError."""
        if len(self.rows) != 1:
            raise ProjectError(f"{self.file}: expected one row, found {len(self.rows)}")
        return self.rows[0]

    def by(self, column: str) -> dict[Any, Row]:
        return {row[column]: row for row in self.rows}

    def values(self, column: str) -> list[Any]:
        """Return a column's values, each once, in the order of the rows; raise ProjectError."""
        if column not in self.columns:
            raise ProjectError(f"{self.file}: returns no {column}, which is drawn")
        return list(dict.fromkeys(row[column] for row in self.rows))


class Marts:
    """The database, open for reading: it answers the queries of queries/ by their names."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def ask(self, name: str) -> Answer:
        """Return what a query returns; raise ProjectError where it fails, OSError without it."""
        path = QUERIES / f"{name}.sql"
        sql = path.read_text(encoding="utf-8")
        try:
            cursor = self.connection.execute(sql)
            columns = [column[0] for column in cursor.description]
            rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        except duckdb.Error as error:
            raise ProjectError(f"{shown(path)}: {error}") from None
        return Answer(name, sql, columns, rows)
