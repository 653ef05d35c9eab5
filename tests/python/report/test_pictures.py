"""The pictures of the report, drawn, and what they are written over."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.builds import Outcome

import build_report
from marts import Answer, Marts
from project import ROOT, ProjectError, open_database
from report import QUERIES
from report.captions import Captions
from report.pictures import PICTURES, Drawing, draw, in_light

SOURCE = (
    "Source: U.S. Census Bureau and BEA, release of April 4, 2024; seasonally adjusted, balance of"
    " payments basis, nominal."
)
OF = {picture.name: picture for picture in PICTURES}


def drawing_of(database: Path, name: str) -> Drawing:
    with open_database(database) as connection:
        marts = Marts(connection, QUERIES)
        return draw(OF[name], marts, Captions(marts).of(name, OF[name].query))


@pytest.mark.parametrize("name", OF)
def test_a_picture_says_where_it_is_from_in_the_colours_of_the_light_page(
    three_releases: Outcome, name: str
) -> None:
    drawing = drawing_of(three_releases.database, name)
    assert "var(--" in drawing.page
    assert "var(" not in drawing.file
    assert SOURCE in drawing.file
    assert re.search(r" \d{4} to \w+ 2024\. ", drawing.file)
    bars = ["exports", "imports", "balance"] if name == "two_releases" else ["above-1"]
    for colour in [line.colour for line in OF[name].lines] or bars:
        assert in_light(f"var(--{colour})") in drawing.file


def test_the_picture_of_readme_is_drawn_anew_whatever_fonts_the_machine_has(
    database: Path, tmp_path: Path
) -> None:
    """Exports are blue by day, #5ab4f0 by night, and told from imports in grey."""
    fonts = tmp_path / "fonts.conf"
    fonts.write_text("<fontconfig><dir>/dev/null</dir></fontconfig>")
    drawn = tmp_path / "dist" / "pictures" / build_report.README_PICTURE
    subprocess.run(
        [sys.executable, ROOT / "scripts" / "build_report.py", "--database", database,
         "--out", tmp_path / "dist"],
        env=os.environ | {"FONTCONFIG_FILE": str(fonts), "HOME": str(tmp_path)},
        check=True, capture_output=True,
    )  # fmt: skip
    shown = ROOT / "docs" / build_report.README_PICTURE
    assert shown.read_bytes() == drawn.read_bytes(), "run build_report.py --readme"
    assert shown.read_text() == drawing_of(database, "balance").file + "\n"
    assert drawn.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    lines = [line for line in shown.read_text().split("<path") if '"line mark"' in line]
    assert [("#0067a5" in line, 'stroke-dasharray="6,2"' in line) for line in lines] == [
        (False, True), (True, False), (False, False),
    ]  # fmt: skip


@pytest.mark.parametrize("name", [name for name in OF if not OF[name].lines])
def test_a_picture_draws_columns_that_its_query_returns(
    name: str, three_releases: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vega draws nothing, and says nothing, where a column is not there."""
    with open_database(three_releases.database) as connection:
        marts = Marts(connection, QUERIES)
        captions, answer = Captions(marts).of(name, name), marts.ask(name)
        missed = set()
        for column in answer.columns:
            rows = [{key: row[key] for key in row if key != column} for row in answer.rows]
            left = Answer(answer.path, "", [c for c in answer.columns if c != column], rows)
            monkeypatch.setattr(marts, "ask", lambda name, left=left: left)
            try:
                draw(OF[name], marts, captions)
            except ProjectError as error:
                assert f"returns no {column}, which is drawn" in str(error)
                missed.add(column)
    # What the table of numbers or a sentence has, and the picture does not.
    assert {*answer.columns} - missed == {
        "two_releases": {f"{flow}{of}_musd" for flow in ("exports", "imports", "balance")
                         for of in ("", "_before")},
        "z_scores": {"period_end"},
    }.get(name, set())  # fmt: skip


# --------------------------------------------------------------------------- the folder

FILES = {
    "pictures/balance.svg": f"<svg>{SOURCE}</svg>".encode(),
    "pictures/balance.png": b"png", "report.html": b"page",
}  # fmt: skip


def drawn_in(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*") if path.is_file()
    }  # fmt: skip


def test_the_pictures_of_an_older_report_go_and_other_folders_stay(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "kept.csv").write_text("kept")
    older = {path.replace("balance", "older"): data for path, data in FILES.items()}
    build_report.write(FILES | older, tmp_path)
    assert drawn_in(tmp_path) == FILES | older | {"data/kept.csv": b"kept"}
    build_report.write(FILES, tmp_path)
    assert drawn_in(tmp_path) == FILES | {"data/kept.csv": b"kept"}


@pytest.mark.parametrize(
    "name", ["notes.txt", "holiday.png", "mine.svg", "sketches/a.svg", "link.svg"]
)
def test_what_else_stands_among_the_pictures_is_not_lost(tmp_path: Path, name: str) -> None:
    build_report.write(FILES, tmp_path)
    mine = tmp_path / "pictures" / name
    mine.parent.mkdir(exist_ok=True)
    if name.startswith("link"):
        mine.symlink_to(tmp_path / "pictures" / "balance.svg")
    else:
        mine.write_bytes(b"<svg>mine</svg>")
    before = drawn_in(tmp_path)
    with pytest.raises(ProjectError, match="holds what this did not write"):
        build_report.write(FILES | {"report.html": b"new"}, tmp_path)
    assert drawn_in(tmp_path) == before


def test_a_page_that_cannot_be_written_leaves_the_pictures(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(OSError):
        build_report.write(FILES, tmp_path, tmp_path / "readme.svg")
    assert not (tmp_path / "pictures").exists()
