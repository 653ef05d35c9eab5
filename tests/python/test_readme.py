"""README is true: its commands run, its queries answer what it shows."""

from __future__ import annotations

import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT

README = (ROOT / "README.md").read_text()
COMMANDS = [block.strip().split("\n") for block in re.findall(r"```sh\n(.*?)```", README, re.S)]
QUERIES = re.findall(r"```sql\n(.*?)```\n\n((?:\|[^\n]*\n)+)", README, re.S)
PYTHON = re.findall(r"```python\n(.*?)```", README, re.S)


def markdown(cursor: duckdb.DuckDBPyConnection) -> str:
    """The result as the table that README shows."""

    def row(cells: list[str]) -> str:
        return f"| {' | '.join(cells)} |\n"

    names = [column[0] for column in cursor.description]
    rows = cursor.fetchall()
    numbers = [isinstance(value, int | float | Decimal) for value in rows[0]]
    return (
        row(names)
        + row(["---:" if is_number else "---" for is_number in numbers])
        + "".join(row([str(value) for value in values]) for values in rows)
    )


@pytest.mark.parametrize(("sql", "shown"), QUERIES, ids=lambda text: text.split("\n")[0][:40])
def test_a_query_answers_what_readme_shows(sql: str, shown: str, database: Path) -> None:
    with duckdb.connect(database, read_only=True) as connection:
        assert markdown(connection.execute(sql)) == shown


def test_readme_has_a_query_with_its_answer_in_its_first_thirty_lines() -> None:
    top = "\n".join(README.split("\n")[:30])
    assert all(part in top for part in ("```sh", "```sql", "| --- |"))


def test_the_tables_of_readme_are_the_marts(database: Path) -> None:
    listed = re.findall(r"^\| `(\w+)` \|", README, re.M)
    with duckdb.connect(database, read_only=True) as connection:
        marts = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts'"
        ).fetchall()
    assert sorted(listed) == sorted(name for (name,) in marts)


@pytest.mark.parametrize("code", PYTHON)
def test_the_python_of_readme_runs(code: str, database: Path) -> None:
    run = subprocess.run([sys.executable, "-c", code], cwd=database.parent, check=False)
    assert run.returncode == 0


def test_the_commands_of_readme_run_in_a_fresh_clone(tmp_path: Path) -> None:
    """The plain commands from nothing, then make, which installs nothing again.

    `make test` is this very run: here it is only seen to be a target.
    """
    files = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    for name in filter(None, files):
        target = tmp_path / "us_trade" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
        target.chmod((ROOT / name).stat().st_mode)
    with_make, plain = COMMANDS
    assert with_make == ["make", "make test"]
    for command in [*plain, "make", "make --dry-run test"]:
        run = subprocess.run(
            command, shell=True, cwd=tmp_path / "us_trade", capture_output=True, text=True
        )
        assert run.returncode == 0, run.stdout + run.stderr
    assert (tmp_path / "us_trade" / "us_trade.duckdb").exists()


def test_every_target_of_make_is_in_readme_and_every_one_in_readme_is_a_target() -> None:
    targets = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.M)
    named = set(re.findall(r"`make ([a-z-]+)`", README))
    assert named == set(targets) - {"build"} | ({"test"} & set(targets))
