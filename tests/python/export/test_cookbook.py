"""Every question of the cookbook is answered, and analyses/README.md shows the answer."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import pytest
import yaml

import project
import render_cookbook
from project import ROOT

ANALYSES = ROOT / "analyses"
QUESTIONS = sorted(ANALYSES.glob("*.sql"))


def run(*arguments: object) -> int:
    given = [str(argument) for argument in arguments]
    return project.main(render_cookbook.command, render_cookbook.parser(), given)


@pytest.mark.parametrize("path", QUESTIONS, ids=lambda path: path.stem)
def test_a_question_is_answered_by_the_marts_alone(path: Path, database: Path) -> None:
    recipe = render_cookbook.read_recipe(path)
    assert "{" not in recipe.sql, "the query must run as it stands in the duckdb shell"
    tables = set(re.findall(r"(?:from|join)\s+(\w+)\.", recipe.sql))
    assert tables == {"marts"}
    with duckdb.connect(str(database), read_only=True) as connection:
        columns, rows = render_cookbook.answer(connection, recipe)
    assert rows, "the query returns no row"
    assert len(set(columns)) == len(columns)
    said = render_cookbook.in_words(recipe, columns, rows)
    assert said[0].isalnum()
    assert said.endswith(".")


def test_the_readme_shows_what_the_queries_return(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--check", "--database", database) == 0, capsys.readouterr().err


def test_a_stale_readme_is_found_and_rewritten(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("01_latest_month.sql", "answers.j2"):
        shutil.copy(ANALYSES / name, tmp_path)
    arguments = ("--database", database, "--analyses", tmp_path)
    assert run(*arguments) == 0
    readme = tmp_path / "README.md"
    current = readme.read_bytes()
    readme.write_bytes(current.replace(b"263.0", b"263.1", 1))
    stale = readme.read_bytes()
    assert run(*arguments, "--check") == 1
    message = capsys.readouterr().err
    assert "263.1" in message
    assert message.endswith("README.md is out of date; write it with make cookbook\n")
    assert readme.read_bytes() == stale
    assert run(*arguments) == 0
    assert readme.read_bytes() == current


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("select 1;\n", "must begin with a comment that asks a question"),
        ("-- Is there such a table?\nselect * from marts.nothing;\n", "nothing"),
        ("-- One?\nselect 1;\nselect 2;\n", "expected one query"),
        ("-- Who says it?\nselect 1;\n", "answers.j2: bad: "),
        ("-- How much?\nselect 1 as other;\n", "no attribute 'amount'"),
    ],
)
def test_a_bad_question_is_refused_by_name(
    sql: str, reason: str, database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "01_bad.sql").write_text(sql)
    if "How much" in sql:
        words = "{% macro bad(rows) %}{{ rows[0].amount }}{% endmacro %}"
        (tmp_path / "answers.j2").write_text(words)
    assert run("--database", database, "--analyses", tmp_path) == 1
    message = capsys.readouterr().err
    assert "01_bad.sql" in message or "answers.j2" in message
    assert reason in message
    assert not (tmp_path / "README.md").exists()


def test_a_folder_without_questions_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--analyses", tmp_path) == 1
    assert capsys.readouterr().err == f"{tmp_path}: no .sql file in it\n"


def test_an_answer_lines_up_with_numbers_to_the_right_and_nothing_for_null() -> None:
    assert render_cookbook.table(["musd", "words"], [(None, "a|b"), (12345, None)]) == (
        "|  musd | words |\n"
        "| ----: | ----- |\n"
        "|       | a\\|b  |\n"
        "| 12345 |       |"
    )  # fmt: skip
    assert render_cookbook.table(["sentence"], [("It rose.",)]) == (
        "| sentence |\n| --- |\n| It rose. |"
    )


@pytest.mark.parametrize(
    ("count", "shown", "note"), [(0, 0, ""), (12, 12, ""), (13, 10, "The first 10 of 13 rows.")]
)
def test_a_long_table_shows_its_first_rows(
    count: int, shown: int, note: str, tmp_path: Path
) -> None:
    (tmp_path / "answers.j2").write_text("{% macro long(rows) %}It counts.{% endmacro %}")
    recipe = render_cookbook.Recipe(tmp_path / "01_long.sql", "How long?", "", "-- How\nselect 1;")
    text = render_cookbook.section(recipe, ["number"], [(number,) for number in range(count)])
    assert text.count("\n| ") == (shown + 2 if count else 0)  # with the header and its rule
    assert ("It counts." if count else render_cookbook.NO_ROW) in text
    assert note in text
    assert ("The first" in text) == bool(note)
    assert text.endswith("```sql\nselect 1;\n```\n")


def test_an_empty_variable_names_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("US_TRADE_DB", "")
    assert render_cookbook.parser().parse_args([]).database == ROOT / "us_trade.duckdb"


def test_the_exposure_names_what_the_cookbook_reads() -> None:
    text = (ROOT / "models" / "marts" / "exposures.yml").read_text(encoding="utf-8")
    exposures = {exposure["name"]: exposure for exposure in yaml.safe_load(text)["exposures"]}
    named = set(re.findall(r"'(\w+)'", " ".join(exposures["cookbook"]["depends_on"])))
    read = {
        table
        for path in QUESTIONS
        for table in re.findall(r"marts\.(\w+)", path.read_text(encoding="utf-8"))
    }
    assert named == read
