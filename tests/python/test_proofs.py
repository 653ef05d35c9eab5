"""The proofs: that each starts; how a client's answer is judged; what the dashboard asks."""

from __future__ import annotations

import importlib
import math
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import duckdb
import pytest
import yaml
from proofs.clients.__main__ import load_clients
from proofs.clients.client import plain_rows
from proofs.clients.questions import Question, load_questions
from proofs.tables import write_table

from project import ROOT, ProjectError

PROOFS = ("bench", "clients.__main__", "cluster", "engines.__main__", "readme", "soak")
DASHBOARD = ROOT / "clients" / "superset"


@pytest.mark.parametrize("name", PROOFS)
def test_a_proof_starts(name: str) -> None:
    parser = importlib.import_module(f"proofs.{name}").parser()
    assert f"example: .venv/bin/python -m proofs.{name.partition('.')[0]}" in parser.format_help()


PAGE = b"# A title\r\n\n<!-- one -->\n%s\n<!-- /one -->\n<!-- other -->\nkept\n<!-- /other -->"


def test_only_the_table_is_written(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_bytes(PAGE % b"old")
    write_table(page, "one", r"| \1 |")
    assert page.read_bytes() == PAGE % rb"| \1 |"
    page.write_bytes(PAGE * 2)
    with pytest.raises(ProjectError, match="2 places for the table instead of one"):
        write_table(page, "one", "new")
    assert page.read_bytes() == PAGE * 2


# ------------------------------------------------------------------- the clients


def test_every_question_is_asked_of_someone_and_every_table_macro(database: Path) -> None:
    with duckdb.connect(database, read_only=True) as connection:
        questions = list(load_questions(connection))
        macros = connection.execute(
            "select function_name from duckdb_functions() "
            "where schema_name = 'marts' and function_type = 'table_macro'"
        ).fetchall()
    spoken = {language for one in load_clients() for language in one.speaks}
    assert {question.language for question in questions} == spoken
    asked = " ".join(question.sql for question in questions)
    assert macros and all(f"marts.{name}(" in asked for (name,) in macros)


@pytest.mark.parametrize(
    ("refused", "answer", "expected"),
    [
        ("read-only", {"rows": []}, "was not refused"),
        ("read-only", {"error": "attached in read-only mode"}, ""),
        ("read-only", {"error": "no such table"}, "no such table"),
        ("", {"error": ""}, "an error without a word"),
        ("", {"rows": [[1], [1]]}, "2 rows instead of 1"),
        ("", {"rows": [[2]]}, "[2] instead of [1]"),
        ("", {"rows": [[1]]}, ""),
    ],
)
def test_what_is_a_fault(refused: str, answer: dict[str, Any], expected: str) -> None:
    assert Question("q", "sql", "select 1", [[1]], refused).fault(answer) == expected


class NotATime(datetime):
    """As pandas has it: a moment that equals nothing, and has no time."""

    def __ne__(self, other: object) -> bool:
        return True

    def time(self) -> NoReturn:
        raise ValueError


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (date(2024, 2, 1), "2024-02-01"),
        (datetime(2024, 2, 1), "2024-02-01"),
        (datetime(2024, 2, 1, 8, 30), "2024-02-01 08:30:00"),
        (Decimal("91428"), 91428),
        (91428.0, 91428),
        (0.5, 0.5),
        (math.nan, None),
        (NotATime(2024, 2, 1), None),
        (True, True),
    ],
)
def test_a_value_is_the_same_from_every_client(value: object, expected: object) -> None:
    ((found,),) = plain_rows([[value]])
    assert (found, type(found)) == (expected, type(expected))


def test_the_dashboard_sums_columns_of_the_marts(database: Path) -> None:
    files = {
        str(path.relative_to(DASHBOARD)): yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in DASHBOARD.rglob("*.yaml")
    }
    charts = [one for name, one in files.items() if name.startswith("charts/")]
    datasets = {one["uuid"]: one for name, one in files.items() if name.startswith("datasets/")}
    with duckdb.connect(database, read_only=True) as connection:
        asked = {one.id for one in load_questions(connection) if one.language == "dashboard"}
        marts = connection.execute(
            """
            select table_name, map_from_entries(list((column_name, replace(data_type, ',', ', '))))
            from duckdb_columns() where schema_name = 'marts' group by table_name
            """
        ).fetchall()
    types = dict(marts)
    assert asked == {one["slice_name"] for one in charts}
    for one in datasets.values():
        for column in one["columns"]:
            assert column["type"] == types[one["table_name"]][column["column_name"]]
    for chart in charts:
        there = {one["column_name"] for one in datasets[chart["dataset_uuid"]]["columns"]}
        for metric in chart["params"].get("metrics", []):
            assert metric["column"]["column_name"] in there
