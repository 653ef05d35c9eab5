"""Run every question of the cookbook and write analyses/README.md with their answers.

A question is a file ``analyses/NN_name.sql``: one query, whose leading comment holds the
question, up to its question mark, and what a reader should know of the answer.  Nothing is
computed here: a fraction is shown to one decimal, all else as the query returns it.  Build the
database first.

Exit status: 0, or 1 where a query fails or, with ``--check``, where README.md is out of date.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from project import (
    ROOT,
    ProjectError,
    add_database_option,
    main,
    markdown_table,
    one_decimal,
    open_database,
    put,
    shown,
)

INTRODUCTION = """\
# Cookbook

Questions that people ask of these data, one file each, and their answers from the latest
release loaded. Every query runs as it stands in the `duckdb` shell, or in any client that opens
the database:

    duckdb -readonly us_trade.duckdb < analyses/01_latest_month.sql

`_musd` is millions, `_busd` billions of US dollars: seasonally adjusted, balance-of-payments
basis, nominal. The queries return fractions exactly; here they are rounded to one decimal, half
away from zero. This page is written by `python scripts/render_cookbook.py`, and a test fails
when it is out of date.
"""


@dataclass(frozen=True)
class Recipe:
    """One file of the cookbook: its question, notes on the answer, and the whole SQL text."""

    path: Path
    question: str
    notes: str
    sql: str


def read_recipe(path: Path) -> Recipe:
    """Split the leading comment of a file at its first question mark; raises ProjectError."""
    sql = path.read_text(encoding="utf-8")
    comment = []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        comment.append(line.removeprefix("--").strip())
    question, mark, notes = " ".join(comment).partition("?")
    if not mark:
        reason = "the file must begin with a comment that asks a question"
        raise ProjectError(f"{shown(path)}:1: {reason}")
    return Recipe(path, question.strip() + mark, notes.strip(), sql)


def answer(
    connection: duckdb.DuckDBPyConnection, recipe: Recipe
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the column names and the rows; raise ProjectError unless it is one query."""
    try:
        if len(connection.extract_statements(recipe.sql)) != 1:
            raise ProjectError(f"{shown(recipe.path)}: expected one query in the file")
        result = connection.execute(recipe.sql)
        return [column[0] for column in result.description], result.fetchall()
    except duckdb.Error as error:
        raise ProjectError(f"{shown(recipe.path)}: {error}") from error


def shown_value(value: object) -> str:
    return str(one_decimal(value) if isinstance(value, Decimal | float) else value)


def table(columns: list[str], rows: list[tuple[Any, ...]]) -> str:
    """Return an answer in Markdown, with columns of numbers to the right."""
    numbers = [
        all(isinstance(value, int | float | Decimal | None) for value in values)
        for values in zip(*rows, strict=True)
    ]
    texts = [["" if value is None else shown_value(value) for value in row] for row in rows]
    return markdown_table(columns, texts, numbers)


def render(analyses: Path, database: Path) -> str:
    """Return the text of README.md; raise ProjectError with the file's name."""
    recipes = [read_recipe(path) for path in sorted(analyses.glob("*.sql"))]
    if not recipes:
        raise ProjectError(f"{shown(analyses)}: no .sql file in it")
    sections = [INTRODUCTION]
    with open_database(database) as connection:
        for recipe in recipes:
            name = recipe.path.name
            notes = f": {recipe.notes[0].lower()}{recipe.notes[1:]}" if recipe.notes else ""
            parts = f"## {recipe.question}", f"[{name}]({name}){notes}"
            sections.append("\n\n".join([*parts, table(*answer(connection, recipe))]) + "\n")
    return "\n".join(sections)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Write analyses/README.md: every question of the cookbook, answered.",
        epilog="example: .venv/bin/python scripts/render_cookbook.py --check",
    )
    add_database_option(parser)
    parser.add_argument("--analyses", type=Path, default=ROOT / "analyses", metavar="FOLDER",
                        help="the questions, and README.md (default: analyses)")  # fmt: skip
    parser.add_argument("--check", action="store_true",
                        help="write nothing; exit with 1 if README.md is out of date")  # fmt: skip
    return parser


def command(options: argparse.Namespace) -> None:
    readme = options.analyses / "README.md"
    text = render(options.analyses, options.database)
    if not options.check:
        put(readme, text.encode())
        return
    current = readme.read_text(encoding="utf-8") if readme.exists() else ""
    if current != text:
        names = shown(readme), "what the queries say now"
        lines = current.splitlines(), text.splitlines()
        difference = difflib.unified_diff(*lines, *names, n=1, lineterm="")
        stale = f"{shown(readme)} is out of date; write it with make cookbook"
        raise ProjectError("\n".join([*difference, stale]))


if __name__ == "__main__":
    sys.exit(main(command, parser()))
