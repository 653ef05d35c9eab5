"""The marts, asked by queries in files: rows by the names of their columns, and the query itself.

Who reads the rows works nothing out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from project import ProjectError, shown

Row = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a query returns, and the query."""

    path: Path
    sql: str
    columns: list[str]
    rows: list[Row]

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def file(self) -> str:
        return shown(self.path)

    def only(self) -> Row:
        """Return the one row of a query that returns one; raise ProjectError."""
        if len(self.rows) != 1:
            raise ProjectError(f"{self.file}: expected one row, found {len(self.rows)}")
        return self.rows[0]

    def values(self, column: str) -> list[Any]:
        """Return a column's values, each once, in the order of the rows; raise ProjectError."""
        if column not in self.columns:
            raise ProjectError(f"{self.file}: returns no {column}, which is drawn")
        return list(dict.fromkeys(row[column] for row in self.rows))


@dataclass
class Marts:
    """A database, open for reading, and the folder of the queries that it is asked, once each."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    answers: dict[str, Answer] = field(default_factory=dict)

    def ask(self, name: str) -> Answer:
        """Return what a query returns; raise ProjectError where it fails, OSError without it."""
        if name not in self.answers:
            self.answers[name] = self.answer(self.folder / f"{name}.sql")
        return self.answers[name]

    def answer(self, path: Path) -> Answer:
        sql = path.read_text(encoding="utf-8")
        try:
            if len(self.connection.extract_statements(sql)) != 1:
                raise ProjectError(f"{shown(path)}: expected one query in the file")
            cursor = self.connection.execute(sql)
            columns = [column[0] for column in cursor.description]
            rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        except duckdb.Error as error:
            raise ProjectError(f"{shown(path)}: {error}") from None
        return Answer(path, sql, columns, rows)
