"""Load the questions for clients with their right answers, and judge answers."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from proofs.clients.client import Rows, plain_rows

FILE = Path(__file__).with_name("questions.toml")


@dataclass(frozen=True)
class Question:
    """A question in one language; right are these rows, or an error that says ``refused``."""

    id: str
    language: str
    sql: str
    right: Rows
    refused: str = ""

    def __str__(self) -> str:
        return f"{self.id} ({self.language})"

    def fault(self, answer: dict[str, Any]) -> str:
        """Return what is wrong with an answer, ``rows`` or an ``error``; "" if nothing is."""
        if (error := answer.get("error")) is not None:
            if self.refused and self.refused in error:
                return ""
            return str(error) or "an error without a word"
        if self.refused:
            return "was not refused"
        rows: Rows = answer["rows"]
        if len(rows) != len(self.right):
            return f"{len(rows)} rows instead of {len(self.right)}"
        pairs = zip(rows, self.right, strict=True)
        return next((f"{found} instead of {right}" for found, right in pairs if found != right), "")


def load_questions(connection: duckdb.DuckDBPyConnection) -> list[Question]:
    """Return the questions for this database, each with the answer of the project's DuckDB."""
    entries = tomllib.loads(FILE.read_text(encoding="utf-8"))["question"]
    return [question for entry in entries for question in in_each_language(connection, **entry)]


def in_each_language(
    connection: duckdb.DuckDBPyConnection,
    id: str, language: list[str], sql: str, for_each: str = "", refused: str = "",
) -> Iterator[Question]:  # fmt: skip
    """Yield an entry of questions.toml in each of its languages."""
    if for_each:
        names = sorted(name for (name,) in connection.execute(for_each).fetchall())
        if not names:
            return
        sql = "\nunion all\n".join(sql.format(name=name) for name in names) + "\norder by 1"
    right = [] if refused else plain_rows(connection.execute(sql).fetchall())
    for one in language:
        yield Question(id, one, sql, right, refused)
