"""Load the questions for clients with their right answers, and judge answers."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from proofs.clients.client import Rows, plain_rows

FILE = Path(__file__).with_name("questions.toml")


class Question(NamedTuple):
    """A question in one language; right are these rows, or an error that says ``refused``."""

    id: str
    language: str
    sql: str
    right: Rows
    refused: str

    def fault(self, answer: dict[str, Any]) -> str:
        """Return what is wrong with an answer, ``rows`` or an ``error``, or an empty text."""
        if "error" in answer:
            is_right = self.refused and self.refused in answer["error"]
            return "" if is_right else answer["error"] or "an error without a word"
        if self.refused:
            return "was not refused"
        rows: Rows = answer["rows"]
        if len(rows) != len(self.right):
            return f"{len(rows)} rows instead of {len(self.right)}"
        pairs = zip(rows, self.right, strict=True)
        return next((f"{found} instead of {right}" for found, right in pairs if found != right), "")


def load_questions(connection: duckdb.DuckDBPyConnection) -> Iterator[Question]:
    """Yield what this database can answer, with what the project's DuckDB says.

    questions.toml says what the parts of an entry are.
    """
    for entry in tomllib.loads(FILE.read_text(encoding="utf-8"))["question"]:
        sql, refused = entry["sql"], entry.get("refused", "")
        if "for_each" in entry:
            names = sorted(name for (name,) in connection.execute(entry["for_each"]).fetchall())
            sql = "\nunion all\n".join(sql.format(name=name) for name in names) + "\norder by 1"
        right = [] if refused else plain_rows(connection.execute(sql).fetchall())
        for language in entry["language"]:
            yield Question(entry["id"], language, sql, right, refused)
