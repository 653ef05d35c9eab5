"""The rows that the report shows: each is what a query of queries/ returns from the marts.

The rest of the report reads rows by the names of their columns, and works nothing out.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from project import NO_EXTENSIONS, ProjectError, shown

QUERIES = Path(__file__).resolve().parent / "queries"

Row = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What a query returns, each row by the names of its columns, and the query itself."""

    name: str
    sql: str
    rows: list[Row]

    @property
    def file(self) -> str:
        return shown(QUERIES / f"{self.name}.sql")

    def only(self) -> Row:
        """The one row of a query that returns one; raises ProjectError."""
        if len(self.rows) != 1:
            raise ProjectError(f"{self.file}: expected one row, found {len(self.rows)}")
        return self.rows[0]

    def words(self) -> Row:
        """The one row of a query that returns sentences, none of them missing."""
        for name, sentence in self.only().items():
            if not sentence:
                raise ProjectError(f"{self.file}: {name} is empty; a part of it is null")
        return self.rows[0]

    def distinct(self, column: str) -> list[Any]:
        """The values of a column, each once, in the order of the rows."""
        return list(dict.fromkeys(row[column] for row in self.rows))


def marts_read(answers: Iterable[Answer]) -> list[str]:
    """The tables that the queries read, each once, in the order in which they name them."""
    return list(
        dict.fromkeys(mart for one in answers for mart in re.findall(r"\bmarts\.\w+", one.sql))
    )


class Marts:
    """The database, open for reading: it answers the queries of queries/ by their names."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def ask(self, name: str) -> Answer:
        """What a query returns; raises ProjectError where it fails, OSError where it is not."""
        path = QUERIES / f"{name}.sql"
        sql = path.read_text(encoding="utf-8")
        try:
            cursor = self.connection.execute(sql)
            columns = [column[0] for column in cursor.description]
            rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        except duckdb.Error as error:
            raise ProjectError(f"{shown(path)}: {error}") from None
        return Answer(name, sql, rows)


@contextlib.contextmanager
def opened(database: Path) -> Iterator[Marts]:
    """The marts of a database; raises ProjectError where there is none to be read."""
    if not database.is_file():
        raise ProjectError(f"{shown(database)}: there is no such database; run make first")
    # One thread: sums of fractions come out the same, in whatever order they were added.
    settings: dict[str, Any] = {"threads": "1"} | NO_EXTENSIONS
    try:
        connection = duckdb.connect(str(database), read_only=True, config=settings)
    except duckdb.Error as error:
        raise ProjectError(f"{shown(database)}: cannot be opened: {error}") from None
    with connection:
        yield Marts(connection)
