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


def run(*arguments: object) -> int:
    given = [str(argument) for argument in arguments]
    return project.main(render_cookbook.command, render_cookbook.parser(), given)


def test_the_readme_shows_what_the_queries_return(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--check", "--database", database) == 0, capsys.readouterr().err
    assert "have no row that answers" not in (ANALYSES / "README.md").read_text()


@pytest.mark.parametrize("name", [name for name, one in SITUATIONS.items() if one.has_marts])
def test_the_questions_of_a_situation_are_answered(
    name: str, situation: Callable[[str], Outcome]
) -> None:
    text = render_cookbook.render(ANALYSES, situation(name).database)
    assert text.count("\n## ") == len([*ANALYSES.glob("*.sql")])


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
        ("select 1;\n", "01_bad.sql:1: the file must begin with a comment that asks a question"),
        ("-- Is there such a table?\nselect * from marts.nothing;\n", "01_bad.sql: Catalog Error"),
        ("-- One?\nselect 1;\nselect 2;\n", "01_bad.sql: expected one query"),
        ("-- Who says it?\nselect 1;\n", "answers.j2: bad: "),
        ("-- How much?\nselect 1 as other;\n", "no attribute 'amount'"),
        ("", "no .sql file in it"),
    ],
)
def test_a_bad_question_is_refused_by_name(
    sql: str, reason: str, database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if sql:
        (tmp_path / "01_bad.sql").write_text(sql)
    if "How much" in sql:
        words = "{% macro bad(rows) %}{{ rows[0].amount }}{% endmacro %}"
        (tmp_path / "answers.j2").write_text(words)
    assert run("--database", database, "--analyses", tmp_path) == 1
    assert reason in capsys.readouterr().err
    assert not (tmp_path / "README.md").exists()


LONG = """\
-- How long? As said.
select i as number, if(i = 0, null, 'a|b') as words from range({}) as numbers (i)
"""


@pytest.mark.parametrize(
    ("count", "shown", "note"), [(0, 0, ""), (12, 12, ""), (13, 10, "The first 10 of 13 rows.")]
)
def test_a_long_table_shows_its_first_rows(
    count: int, shown: int, note: str, database: Path, tmp_path: Path
) -> None:
    """Numbers stand to the right, and a null is empty."""
    (tmp_path / "answers.j2").write_text("{% macro long(rows) %}It counts.{% endmacro %}")
    (tmp_path / "01_long.sql").write_text(LONG.format(count))
    text = render_cookbook.render(tmp_path, database).partition("## How long?\n\n")[2]
    assert text.startswith(
        "It counts.\n\n| number | words |\n| -----: | ----- |\n|      0 |       |\n"
        "|      1 | a\\|b  |\n" if count else "The loaded releases have no row"
    )  # fmt: skip
    assert text.count("\n| ") == (shown + 2 if count else 0)  # with the header and its rule
    assert note in text
    assert ("The first" in text) == bool(note)
    assert "\n\nAs said.\n\n[01_long.sql](01_long.sql):\n\n```sql\nselect i as number" in text
