"""Every question of the cookbook is answered, and analyses/README.md shows the answer."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from pathlib import Path

import duckdb
import pytest
import yaml
from conftest import ROOT

ANALYSES = ROOT / "analyses"
QUESTIONS = sorted(ANALYSES.glob("*.sql"))

specification = importlib.util.spec_from_file_location(
    "render_cookbook", ROOT / "scripts" / "render_cookbook.py"
)
render_cookbook = importlib.util.module_from_spec(specification)
sys.modules[specification.name] = render_cookbook
specification.loader.exec_module(render_cookbook)


@pytest.mark.parametrize("path", QUESTIONS, ids=lambda path: path.stem)
def test_a_question_is_answered_by_the_marts_alone(path: Path, database: Path) -> None:
    recipe = render_cookbook.read_recipe(path)
    assert "{" not in recipe.sql, "the query must run as it stands in the duckdb shell"
    tables = set(re.findall(r"(?:from|join)\s+(\w+)\.", recipe.sql))
    assert tables == {"marts"}
    with duckdb.connect(str(database), read_only=True) as connection:
        answer = render_cookbook.answer(connection, recipe)
    assert answer.rows, "the query returns no row"
    assert len(set(answer.columns)) == len(answer.columns)


def test_the_readme_shows_what_the_queries_return(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = render_cookbook.main(["--check", "--database", str(database)])
    assert status == 0, capsys.readouterr().err


def test_a_stale_readme_is_found_and_rewritten(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "analyses"
    shutil.copytree(ANALYSES, folder)
    readme = folder / "README.md"
    current = readme.read_bytes()
    readme.write_bytes(current.replace(b"263.0", b"263.1", 1))
    arguments = ["--database", str(database), "--analyses", str(folder)]
    assert render_cookbook.main([*arguments, "--check"]) == 1
    assert "263.1" in capsys.readouterr().err
    assert render_cookbook.main(arguments) == 0
    assert readme.read_bytes() == current


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("select 1;\n", "must begin with a comment that asks a question"),
        ("-- Is there such a table?\nselect * from marts.nothing;\n", "nothing"),
        ("-- One?\nselect 1;\nselect 2;\n", "expected one query"),
    ],
)
def test_a_bad_question_is_refused_by_name(
    sql: str, reason: str, database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "01_bad.sql").write_text(sql)
    assert render_cookbook.main(["--database", str(database), "--analyses", str(tmp_path)]) == 1
    message = capsys.readouterr().err
    assert "01_bad.sql" in message
    assert reason in message
    assert not (tmp_path / "README.md").exists()


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
