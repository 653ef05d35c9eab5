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
import sys
from decimal import Decimal
from itertools import takewhile
from pathlib import Path
from typing import Any

from marts import Answer, Marts
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
from words import Words, environment

PAGE = ROOT / "analyses" / "README.md.j2"

# A table of up to a year of months is shown whole, of a longer one the first rows.
WHOLE_TABLE = 12
FIRST_ROWS = 10


def recipe_of(answer: Answer, words: Words) -> dict[str, Any]:
    """Return what the page shows of a question; raise ProjectError."""
    lines = answer.sql.splitlines()
    comment = [*takewhile(lambda line: line.startswith("--"), lines)]
    said = " ".join(line.removeprefix("--").strip() for line in comment)
    question, mark, notes = said.partition("?")
    if not mark:
        reason = "the file must begin with a comment that asks a question"
        raise ProjectError(f"{answer.file}:1: {reason}")
    rows = answer.rows[: FIRST_ROWS if len(answer.rows) > WHOLE_TABLE else None]
    return {
        "file": answer.path.name,
        "question": question + mark,
        "said": answer.rows and words.say(answer.name.partition("_")[2], answer.rows),
        "table": table(answer.columns, [[*row.values()] for row in rows]),
        "shown": len(rows),
        "count": len(answer.rows),
        "notes": notes.strip(),
        "query": "\n".join(line for line in lines if not line.startswith("--")),
    }


def table(columns: list[str], rows: list[list[Any]]) -> str:
    """Return an answer in Markdown; a column of numbers, nulls or not, to the right."""
    numbers = [
        all(isinstance(value, int | float | Decimal | None) for value in values)
        for values in zip(*rows, strict=True)
    ]
    return markdown_table(columns, [[*map(shown_value, row)] for row in rows], numbers)


def shown_value(value: object) -> str:
    if value is None:
        return ""
    return str(one_decimal(value) if isinstance(value, Decimal | float) else value)


def render(analyses: Path, database: Path) -> str:
    """Return the text of README.md; raise ProjectError, naming the file."""
    names = sorted(path.stem for path in analyses.glob("*.sql"))
    if not names:
        raise ProjectError(f"{shown(analyses)}: no .sql file in it")
    words = Words(analyses / "answers.j2")
    with open_database(database) as connection:
        marts = Marts(connection, analyses)
        recipes = [recipe_of(marts.ask(name), words) for name in names]
    return environment(PAGE.parent).get_template(PAGE.name).render(recipes=recipes)


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
