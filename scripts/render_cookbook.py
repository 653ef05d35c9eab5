#!/usr/bin/env python3
"""Run every question of the cookbook and write analyses/README.md with their answers.

A question is a file ``analyses/NN_name.sql``: one query, whose leading comment holds the
question, up to its question mark, and what a reader should know of the answer.  Every value
is shown as the query returns it; nothing is computed here.

The database is opened read-only.  It is ``us_trade.duckdb`` in the project root, or what the
environment variable ``US_TRADE_DB`` or ``--database`` names; build it first, with ``make`` or
``dbt build``.

Exit status: 0, or 1 where a query fails or, with ``--check``, where README.md is out of date.
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent

INTRODUCTION = """\
# Cookbook

Questions that people ask of these data, one file each, and their answers from the latest
release loaded. Every query runs as it stands in the `duckdb` shell, or in any client that opens
the database:

    duckdb -readonly us_trade.duckdb < analyses/01_latest_month.sql

`_musd` is millions, `_busd` billions of US dollars: seasonally adjusted, balance-of-payments
basis, nominal. This page is written by `python scripts/render_cookbook.py`, and a test fails
when it is out of date.
"""


class CookbookError(Exception):
    """A question that cannot be read or answered: the file, and why."""


@dataclass(frozen=True)
class Recipe:
    """One file of the cookbook: its question, notes on the answer, and the whole SQL text."""

    path: Path
    question: str
    notes: str
    sql: str


@dataclass(frozen=True)
class Answer:
    """What a query returns: n column names, whether each holds numbers, and rows of n texts."""

    columns: tuple[str, ...]
    is_number: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


def read_recipe(path: Path) -> Recipe:
    """Split the leading comment of a file at its first question mark."""
    sql = path.read_text(encoding="utf-8")
    comment = []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        comment.append(line.removeprefix("--").strip())
    question, mark, notes = " ".join(comment).partition("?")
    if not mark:
        raise CookbookError(f"{path}:1: the file must begin with a comment that asks a question")
    return Recipe(path, question.strip() + mark, notes.strip(), sql)


def answer(connection: duckdb.DuckDBPyConnection, recipe: Recipe) -> Answer:
    """Run the query. Raises CookbookError where it fails or is not one query."""
    try:
        if len(connection.extract_statements(recipe.sql)) != 1:
            raise CookbookError(f"{recipe.path}: expected one query in the file")
        result = connection.execute(recipe.sql)
        columns = tuple(column[0] for column in result.description)
        rows = result.fetchall()
    except duckdb.Error as error:
        raise CookbookError(f"{recipe.path}: {error}") from error
    return Answer(
        columns,
        tuple(
            all(isinstance(row[k], int | float | Decimal | None) for row in rows)
            for k in range(len(columns))
        ),
        tuple(tuple("" if value is None else str(value) for value in row) for row in rows),
    )


def table(result: Answer) -> str:
    """The answer as a Markdown table whose columns also line up as plain text."""
    cells = [[text.replace("|", "\\|") for text in row] for row in (result.columns, *result.rows)]
    widths = [max(len(text) for text in column) for column in zip(*cells, strict=True)]
    if len(widths) == 1:
        # A single column of sentences needs no padding, and reads better without.
        widths = [3]

    def line(row: Sequence[str]) -> str:
        padded = (
            text.rjust(width) if number else text.ljust(width)
            for text, width, number in zip(row, widths, result.is_number, strict=True)
        )
        return "| " + " | ".join(padded) + " |"

    rule = [
        "-" * (width - 1) + (":" if number else "-")
        for width, number in zip(widths, result.is_number, strict=True)
    ]
    return "\n".join([line(cells[0]), line(rule), *(line(row) for row in cells[1:])])


def render(analyses: Path, database: Path) -> str:
    """The text of README.md. Raises CookbookError, naming the file."""
    recipes = [read_recipe(path) for path in sorted(analyses.glob("*.sql"))]
    if not recipes:
        raise CookbookError(f"{analyses}: no .sql file in it")
    if not database.is_file():
        raise CookbookError(f"{database}: no such database; build it with make or dbt build")
    sections = [INTRODUCTION]
    with duckdb.connect(str(database), read_only=True) as connection:
        for recipe in recipes:
            name = recipe.path.name
            parts = [f"## {recipe.question}", f"[{name}]({name})"]
            if recipe.notes:
                parts[1] += f": {recipe.notes[0].lower()}{recipe.notes[1:]}"
            parts.append(table(answer(connection, recipe)))
            sections.append("\n\n".join(parts) + "\n")
    return "\n".join(sections)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Write analyses/README.md: every question of the cookbook, answered.",
        epilog="example: python scripts/render_cookbook.py --check",
    )
    parser.add_argument(
        "--database",
        type=Path,
        default=Path(os.environ.get("US_TRADE_DB", ROOT / "us_trade.duckdb")),
        help="the built database (default: $US_TRADE_DB, or us_trade.duckdb)",
    )
    parser.add_argument(
        "--analyses",
        type=Path,
        default=ROOT / "analyses",
        help="the folder of questions, and of README.md (default: analyses)",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; exit 1 and show the difference if README.md is out of date",
    )
    options = parser.parse_args(arguments)
    readme = options.analyses / "README.md"
    try:
        text = render(options.analyses, options.database)
    except (CookbookError, duckdb.Error) as error:
        print(error, file=sys.stderr)
        return 1
    if not options.check:
        readme.write_text(text, encoding="utf-8", newline="\n")
        return 0
    current = readme.read_text(encoding="utf-8") if readme.exists() else ""
    if current == text:
        return 0
    names = str(readme), "what the queries say now"
    difference = difflib.unified_diff(
        current.splitlines(), text.splitlines(), *names, n=1, lineterm=""
    )
    print(*difference, sep="\n", file=sys.stderr)
    print(
        f"{readme} is out of date; write it with python scripts/render_cookbook.py",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
