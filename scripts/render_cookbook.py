"""Answer every question of the cookbook and write analyses/README.md.

A question is a file ``analyses/NN_name.sql``: one query, whose leading comment holds the
question, up to its question mark, and what a reader should know of the answer.  The macro
``name`` of ``analyses/answers.j2`` puts the answer into words, from the rows of the query.  A
fraction is shown to one decimal, everything else as the query returns it.  Build the database
first.

Exit status: 0, or 1 where a query fails or, with ``--check``, where README.md is out of date.
"""

from __future__ import annotations

import argparse
import difflib
import functools
import sys
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import jinja2

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

ANSWERS = "answers.j2"
NO_ROW = "The loaded releases have no row that answers this."

# A table of up to a year of months is shown whole, of a longer one the first rows.
WHOLE_TABLE = 12
FIRST_ROWS = 10

INTRODUCTION = """\
# Cookbook

Questions that people ask of these data, one file each, with their answers from the loaded
releases: as committed, the release of February 2024 alone. Every query runs as it stands in the
`duckdb` shell, or in any client that opens the database:

    duckdb -readonly us_trade.duckdb < analyses/01_latest_month.sql

`_musd` is millions and `_busd` billions of US dollars: seasonally adjusted, balance-of-payments
basis, nominal. Months are written `2024-02`, days `2024-04-04`. The queries return exact
fractions; this page rounds them to one decimal, half away from zero, and shows the first ten rows
of a table with more than twelve. `make cookbook` writes this page, and a test fails when it is out
of date.
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


def month(year_month: str) -> str:
    """Return ``2024-02`` as "February 2024"."""
    return f"{date.fromisoformat(f'{year_month}-01'):%B %Y}"


@functools.cache
def templates(folder: Path) -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), undefined=jinja2.StrictUndefined
    )
    made.filters.update(
        month=month,
        one=lambda number: f"{one_decimal(abs(number)):,}",
        grouped=lambda number: f"{number:,}",
    )
    return made


def in_words(recipe: Recipe, columns: list[str], rows: list[tuple[Any, ...]]) -> str:
    """Return the answer as one sentence; raises ProjectError where its macro fails."""
    if not rows:
        return NO_ROW
    name = recipe.path.stem.partition("_")[2]
    try:
        macro: Any = getattr(templates(recipe.path.parent).get_template(ANSWERS).module, name)
        said: str = macro([dict(zip(columns, row, strict=True)) for row in rows])
    except (ArithmeticError, AttributeError, TypeError, ValueError, jinja2.TemplateError) as error:
        raise ProjectError(f"{shown(recipe.path.parent / ANSWERS)}: {name}: {error}") from None
    return " ".join(said.split())


def answer(
    connection: duckdb.DuckDBPyConnection, recipe: Recipe
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the columns' names and the rows; raises ProjectError where it is not one query."""
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
    """Return an answer in Markdown; a column of numbers, nulls or not, to the right."""
    numbers = [
        all(isinstance(value, int | float | Decimal | None) for value in values)
        for values in zip(*rows, strict=True)
    ]
    texts = [["" if value is None else shown_value(value) for value in row] for row in rows]
    return markdown_table(columns, texts, numbers)


def section(recipe: Recipe, columns: list[str], rows: list[tuple[Any, ...]]) -> str:
    """Return a question with its answer in words and rows, its notes and its query."""
    name = recipe.path.name
    shown_rows = rows if len(rows) <= WHOLE_TABLE else rows[:FIRST_ROWS]
    parts = [f"## {recipe.question}", in_words(recipe, columns, rows)]
    if rows:
        parts.append(table(columns, shown_rows))
    if len(shown_rows) < len(rows):
        parts.append(f"The first {len(shown_rows)} of {len(rows)} rows.")
    if recipe.notes:
        parts.append(recipe.notes)
    query = "\n".join(line for line in recipe.sql.splitlines() if not line.startswith("--"))
    parts.append(f"[{name}]({name}):\n\n```sql\n{query}\n```")
    return "\n\n".join(parts) + "\n"


def render(analyses: Path, database: Path) -> str:
    """Return the text of README.md; raises ProjectError, naming the file."""
    recipes = [read_recipe(path) for path in sorted(analyses.glob("*.sql"))]
    if not recipes:
        raise ProjectError(f"{shown(analyses)}: no .sql file in it")
    with open_database(database) as connection:
        sections = [section(recipe, *answer(connection, recipe)) for recipe in recipes]
    return "\n".join([INTRODUCTION, *sections])


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
