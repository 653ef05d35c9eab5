"""Export and cookbook work with every kind of releases."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import openpyxl
import pytest
from support.builds import Outcome
from support.situations import SITUATIONS

import export_marts
import render_cookbook
from project import ROOT

SEEN: list[str] | None = None


def hook(event: str, _: object) -> None:
    """Note what Python tells of sockets, and of what is asked for on the network."""
    if SEEN is not None and event.startswith(("socket.", "urllib.", "http.client.")):
        SEEN.append(event)


sys.addaudithook(hook)


@pytest.mark.parametrize("name", [name for name, one in SITUATIONS.items() if one.has_marts])
def test_a_situation_is_exported_and_its_questions_answered(
    name: str, situation: Callable[[str], Outcome], tmp_path: Path
) -> None:
    database = situation(name).database
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


def test_an_export_gives_the_same_bytes_again_and_opens_no_socket(
    situation: Callable[[str], Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = situation("several_histories").database
    seen: list[str] = []
    monkeypatch.setattr(sys.modules[__name__], "SEEN", seen)
    for folder in ("first", "again"):
        export_marts.export(database, tmp_path / folder)
    monkeypatch.undo()
    assert seen == []
    for file in (tmp_path / "first").iterdir():
        assert (tmp_path / "again" / file.name).read_bytes() == file.read_bytes(), file.name
