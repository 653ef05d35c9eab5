"""Export and cookbook work with every kind of releases."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import openpyxl
import pytest
from support.builds import Build
from support.situations import SITUATIONS, built

import export_marts
import render_cookbook
from project import ROOT


@pytest.mark.parametrize("name", [name for name, one in SITUATIONS.items() if not one.is_stopped])
def test_a_situation_is_exported_and_its_questions_answered(
    name: str, build: Build, tmp_path: Path
) -> None:
    database = built(build, name, tmp_path / "built").database
    folder = tmp_path / "data"
    warnings: list[str] = []
    package = export_marts.export(database, folder, warnings.append)
    assert warnings == []
    with duckdb.connect(database, read_only=True) as connection:
        for resource in package["resources"]:
            mart = f"marts.{resource['name']}"
            [(count,)] = connection.execute(f"select count(*) from {mart}").fetchall()
            assert count == resource["rows"]
            for key in resource["schema"].get("foreignKeys", []):
                (column,), (to,) = key["fields"], key["reference"]["fields"]
                other = f"marts.{key['reference']['resource']}"
                sql = (
                    f"select {column} from {mart} where {column} not in (select {to} from {other})"
                )
                assert connection.execute(sql).fetchall() == []
        [(first, last)] = connection.execute(
            "select min(month_date), max(month_date) from marts.dim_month"
        ).fetchall()
    book = openpyxl.load_workbook(folder / "us_trade.xlsx", read_only=True)
    months = [*book["months"].values][3:]  # a gap has its rows
    assert len(months) == (last.year - first.year) * 12 + last.month - first.month + 1
    latest = json.loads((folder / "latest.json").read_text())
    assert latest["month"] == f"{last:%Y-%m}" == package["release_id"]
    assert latest["sentences"]
    assert render_cookbook.render(ROOT / "analyses", database)
