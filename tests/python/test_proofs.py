"""The proofs: that each starts; what the clients and the dashboard are asked."""

from __future__ import annotations

import importlib
from pathlib import Path

import duckdb
import pytest
import yaml
from proofs.clients.__main__ import load_clients, load_questions

from project import ROOT

PROOFS = (
    "bench", "browser", "clients.__main__", "cluster", "engines.__main__",
    "faults.__main__", "readme", "soak",
)  # fmt: skip
DASHBOARD = ROOT / "clients" / "superset"


@pytest.mark.parametrize("name", PROOFS)
def test_a_proof_starts(name: str) -> None:
    parser = importlib.import_module(f"proofs.{name}").parser()
    assert f"example: .venv/bin/python -m proofs.{name.partition('.')[0]}" in parser.format_help()


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
