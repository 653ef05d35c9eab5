"""The pictures of the report, drawn, and what they are written over."""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import vl_convert
from support.builds import Outcome

import build_report
from marts import Marts
from project import ROOT, ProjectError, open_database
from report import QUERIES
from report.captions import Captions
from report.pictures import PICTURES, Drawing, draw, specification

SOURCE = (
    "Source: U.S. Census Bureau and BEA, release of April 4, 2024; seasonally adjusted, balance of"
    " payments basis, nominal."
)
README = ROOT / "docs" / build_report.README_PICTURE
OF = {picture.name: picture for picture in PICTURES}


def drawing_of(database: Path, name: str) -> Drawing:
    with open_database(database) as connection:
        marts = Marts(connection, QUERIES)
        return draw(OF[name], marts, Captions(marts).of(name, OF[name].query))


@pytest.mark.parametrize("name", OF)
def test_a_picture_says_where_it_is_from_in_the_colours_of_the_light_page(
    situation: Callable[[str], Outcome], name: str
) -> None:
    drawing = drawing_of(situation("several_histories").database, name)
    assert "var(--" in drawing.page
    assert "var(" not in drawing.file
    assert SOURCE in drawing.file
    assert re.search(r" \d{4} to \w+ 2024\. ", drawing.file)


def test_the_picture_of_readme_is_the_one_that_is_drawn(database: Path) -> None:
    """Exports are blue by day, #5ab4f0 by night, and told from imports in grey."""
    drawn = drawing_of(database, "balance").file
    assert README.read_text() == drawn + "\n", "run build_report.py --readme"
    lines = [line for line in drawn.split("<path") if '"line mark"' in line]
    assert [("#0067a5" in line, 'stroke-dasharray="6,2"' in line) for line in lines] == [
        (False, True), (True, False), (False, False),
    ]  # fmt: skip


def test_a_picture_has_the_same_bytes_whatever_fonts_the_machine_has(tmp_path: Path) -> None:
    fonts = tmp_path / "fonts.conf"
    fonts.write_text("<fontconfig><dir>/dev/null</dir></fontconfig>")
    draw = "sys.stdout.buffer.write(vl_convert.svg_to_png(sys.stdin.read()))"
    drawn = subprocess.run(
        [sys.executable, "-c", f"import sys, report, vl_convert; {draw}"],
        env=os.environ | {"FONTCONFIG_FILE": str(fonts), "PYTHONPATH": str(ROOT / "scripts")},
        check=True, capture_output=True, input=README.read_bytes(),
    )  # fmt: skip
    assert drawn.stdout == vl_convert.svg_to_png(README.read_text())
    assert drawn.stdout.startswith(b"\x89PNG")


# Of a picture, the columns that the table of its numbers has, or its words, and it does not draw.
NOT_DRAWN = {
    "two_releases": {f"{flow}{of}_musd" for flow in ("exports", "imports", "balance")
                     for of in ("", "_before")},
    "triangle": set(),
    "z_scores": {"period_end"},
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_DRAWN)
def test_a_column_that_is_drawn_and_that_the_query_lacks_is_named(
    name: str, situation: Callable[[str], Outcome]
) -> None:
    """Vega draws nothing, and says nothing, where a column is not there."""
    with open_database(situation("several_histories").database) as connection:
        answer = Marts(connection, QUERIES).ask(name)
    missed = set()
    for column in answer.columns:
        left = [one for one in answer.columns if one != column]
        try:
            specification(OF[name], dataclasses.replace(answer, columns=left))
        except ProjectError as error:
            assert f"returns no {column}, which is drawn" in str(error)
            missed.add(column)
    assert {*answer.columns} - missed == NOT_DRAWN[name]


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


@pytest.mark.parametrize(
    "name", ["notes.txt", "holiday.png", "mine.svg", "sketches/a.svg", "link.svg"]
)
def test_the_pictures_of_an_older_report_go_and_what_else_there_is_stays(
    tmp_path: Path, name: str
) -> None:
    older = {path.replace("balance", "older"): data for path, data in FILES.items()}
    build_report.write(FILES | older, tmp_path)
    (tmp_path / "data.csv").write_text("kept")
    build_report.write(FILES, tmp_path)
    assert drawn_in(tmp_path) == FILES | {"data.csv": b"kept"}
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
