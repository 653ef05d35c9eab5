"""Every question of the cookbook is answered, and analyses/README.md shows the answer."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from support.builds import Outcome
from support.situations import SITUATIONS

import project
import render_cookbook
from project import ROOT
from report import QUERIES

ANALYSES = ROOT / "analyses"
EMPTY = "The loaded releases have no row that answers this."


def run(*arguments: object) -> int:
    given = [str(argument) for argument in arguments]
    return project.main(render_cookbook.command, render_cookbook.parser(), given)


def test_the_readme_shows_what_the_queries_return(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It has tables that are long and short, numbers to the right, and nulls."""
    assert run("--check", "--database", database) == 0, capsys.readouterr().err
    assert EMPTY not in (ANALYSES / "README.md").read_text()


@pytest.mark.parametrize("name", [name for name, one in SITUATIONS.items() if one.has_marts])
def test_the_questions_of_a_situation_are_answered(
    name: str, situation: Callable[[str], Outcome]
) -> None:
    text = render_cookbook.render(ANALYSES, situation(name).database)
    assert text.count("\n## ") == text.count("```sql") == len([*ANALYSES.glob("*.sql")])
    answers = re.findall(r"\n## .*\n\n(.*)\n\n", text)
    assert all(answer[0].isalnum() and answer[-1] == "." for answer in answers)
    assert EMPTY in answers  # as of short releases there is no recession


@pytest.mark.parametrize(("name", "folder"), [("cookbook", ANALYSES), ("report", QUERIES)])
def test_a_query_reads_the_marts_alone_and_the_exposure_names_them(name: str, folder: Path) -> None:
    """And runs as it stands in the duckdb shell."""
    texts = [path.read_text(encoding="utf-8") for path in folder.glob("*.sql")]
    for sql in texts:
        assert sql.startswith("-- ")
        assert "{{" not in sql
        assert {*re.findall(r"(?:from|join)\s+(\w+)\.\w+", sql)} == {"marts"}
    text = (ROOT / "models" / "marts" / "exposures.yml").read_text(encoding="utf-8")
    exposures = {exposure["name"]: exposure for exposure in yaml.safe_load(text)["exposures"]}
    named = re.findall(r"'(\w+)'", " ".join(exposures[name]["depends_on"]))
    assert {*named} == {mart for sql in texts for mart in re.findall(r"\bmarts\.(\w+)", sql)}


def test_a_stale_readme_is_found_and_rewritten(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("01_latest_month.sql", "answers.j2"):
        shutil.copy(ANALYSES / name, tmp_path)
    arguments, readme = ("--database", database, "--analyses", tmp_path), tmp_path / "README.md"
    assert run(*arguments) == 0
    current = readme.read_text()
    readme.write_text(stale := current.replace("263.0", "263.1", 1))
    assert run(*arguments, "--check") == 1
    message = capsys.readouterr().err
    assert "263.1" in message
    assert message.endswith("README.md is out of date; write it with make cookbook\n")
    assert readme.read_text() == stale
    assert run(*arguments) == 0
    assert readme.read_text() == current


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("select 1;\n", "01_bad.sql:1: the file must begin with a comment that asks a question"),
        ("-- Is there such a table?\nselect * from marts.nothing;\n", "01_bad.sql: Catalog Error"),
        ("-- One?\nselect 1;\nselect 2;\n", "01_bad.sql: expected one query"),
        ("-- Who says it?\nselect 1;\n", "answers.j2: bad: 'dict object' has no attribute 'one'"),
        ("", "no .sql file in it"),
    ],
)
def test_a_bad_question_is_refused_by_name(
    sql: str, reason: str, database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "answers.j2").write_text("{% macro bad(rows) %}{{ rows[0].one }}{% endmacro %}")
    if sql:
        (tmp_path / "01_bad.sql").write_text(sql)
    assert run("--database", database, "--analyses", tmp_path) == 1
    assert reason in capsys.readouterr().err
    assert not (tmp_path / "README.md").exists()


def test_a_bar_does_not_end_a_cell_and_a_null_is_empty() -> None:
    assert render_cookbook.table(["number", "words"], [[None, "a|b"], [1.25, None]]) == (
        "| number | words |\n| -----: | ----- |\n|        | a\\|b  |\n|    1.3 |       |"
    )
