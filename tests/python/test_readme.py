"""README and the pages of docs/ are true: their queries answer what they show, README's commands
are those that CI runs, and every link leads somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from proofs.readme import blocks
from support.builds import query

from project import ROOT

README = (ROOT / "README.md").read_text()
PAGES = {path: path.read_text() for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]}
QUERIES = [
    found
    for text in PAGES.values()
    for found in re.findall(r"```sql\n(.*?)```\n\n((?:\|[^\n]*\n)+)", text, re.DOTALL)
]
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def cells(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line[1:-1].split(" | ")] for line in table.splitlines()]


@pytest.mark.parametrize(("sql", "shown"), QUERIES, ids=lambda text: text.split("\n")[0][:40])
def test_a_query_answers_what_the_page_shows(sql: str, shown: str, database: Path) -> None:
    with duckdb.connect(database, read_only=True) as connection:
        cursor = connection.execute(sql)
        names = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
    header, rule, *answer = cells(shown)
    assert header == names
    assert answer == [[str(value) for value in row] for row in rows]
    is_number = [isinstance(value, int | float | Decimal) for value in rows[0]]
    assert [mark.endswith(":") for mark in rule] == is_number


def test_every_query_has_its_answer_and_python_is_shown() -> None:
    assert len(QUERIES) == sum(text.count("```sql\n") for text in PAGES.values()) > 0
    assert PYTHON


def test_readme_is_read_in_one_sitting_and_shows_a_query_in_its_first_thirty_lines() -> None:
    lines = README.split("\n")
    assert len(lines) <= 150
    assert all(part in "\n".join(lines[:30]) for part in ("```sh", "```sql", "| --- |"))


@pytest.mark.parametrize("page", [*PAGES, ROOT / "Makefile"], ids=lambda path: path.name)
def test_every_link_and_path_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        assert "://" in link or (page.parent / link).exists(), link
    for name in re.findall(r"\b(?:scripts|tests|proofs)/[\w/]+\.\w+", page.read_text()):
        assert (ROOT / name).exists(), name


def test_a_warning_that_a_page_quotes_is_one_that_a_build_prints() -> None:
    """Of made-up releases: what is printed of them is kept in tests/golden/."""
    printed = "\n".join(path.read_text() for path in (ROOT / "tests").glob("golden/*/printed.txt"))
    quoted = [
        line.removesuffix("...") for text in PAGES.values()
        for line in re.findall(r"^    ((?:warning |the_latest_release_).*)$", text, re.MULTILINE)
    ]  # fmt: skip
    assert quoted
    assert [line for line in quoted if line not in printed] == []


def test_the_tables_of_readme_are_the_marts(database: Path) -> None:
    tables = README.partition("## The tables")[2].partition("\n## ")[0]
    first_cells = re.findall(r"^\| (`.*?) \|", tables, re.MULTILINE)
    listed = [name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)]
    marts = query(database, "select table_name from duckdb_tables() where schema_name = 'marts'")
    assert sorted(listed) == sorted(name for (name,) in marts)


@pytest.mark.parametrize("code", PYTHON)
def test_the_python_of_readme_runs(code: str, database: Path) -> None:
    python = [sys.executable, "-c", code]
    assert "2023" in subprocess.check_output(python, cwd=database.parent, text=True)


def test_which_table_answers_a_question_is_told_alike_in_readme_and_conventions() -> None:
    questions = [
        re.findall(r"(?:^\|.*\n)+", text[text.index("| question |") :], re.MULTILINE)[0]
        for text in (README, PAGES[ROOT / "docs" / "conventions.md"])
    ]
    assert questions[0] == questions[1]


def test_every_target_of_make_is_in_readme_or_contributing_and_each_there_is_one() -> None:
    """README has those that users run; the first target is what `make` alone does."""
    default, *targets = re.findall(
        r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE
    )
    assert default == "build"
    contributing = PAGES[ROOT / "docs" / "contributing.md"]
    for_users, for_maintainers = (
        set(re.findall(r"`make ([a-z-]+)", text)) for text in (README, contributing)
    )
    assert for_users | for_maintainers == set(targets)
    proofs = {"faults", "soak", "bench", "engines", "cluster", "clients", "golden", "lock"}
    assert not for_users & proofs


def test_the_commands_of_readme_are_make_and_those_without_it() -> None:
    with_make, without = blocks(README)
    assert with_make == ["make", "make test"]
    assert [command.split()[0] for command in without] == [
        "python3", ".venv/bin/python", ".venv/bin/dbt",
    ]  # fmt: skip
    assert '-m proofs.readme --skip "make test"' in (ROOT / ".ci" / "run").read_text()
