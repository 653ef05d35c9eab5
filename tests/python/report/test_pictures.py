"""The pictures of the report as files, and what they are written over."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.builds import Outcome

import build_report
from marts import Answer, Marts
from project import ROOT, ProjectError, open_database
from report.captions import Captions
from report.pictures import PICTURES, draw, drawn, in_light

SOURCE = (
    "Source: U.S. Census Bureau and BEA, release of April 4, 2024; seasonally adjusted, balance of"
    " payments basis, nominal."
)


@pytest.fixture(scope="module")
def files(database: Path) -> dict[str, bytes]:
    return build_report.files(database)


@pytest.mark.parametrize("name", ["balance", "first_estimates", "z_scores"])
def test_a_picture_says_where_it_is_from_in_the_colours_of_the_light_page(
    files: dict[str, bytes], name: str
) -> None:
    svg = files[f"pictures/{name}.svg"].decode()
    assert "var(" not in svg
    for words in (SOURCE, "to February 2024."):
        assert words in svg
    assert files[f"pictures/{name}.png"].startswith(b"\x89PNG")


def test_exports_are_blue_by_day_and_told_from_imports_in_grey(files: dict[str, bytes]) -> None:
    svg = files["pictures/balance.svg"].decode()
    assert in_light("var(--exports)") == "#0067a5"  # #5ab4f0 by night
    lines = [line for line in svg.split("<path") if 'aria-roledescription="line mark"' in line]
    dashed = ["stroke-dasharray" in line and "#c04f00" in line for line in lines]
    assert dashed == [True, False, False]


@pytest.mark.parametrize(
    "picture", [one for one in PICTURES if not one.subject], ids=lambda picture: picture.name
)
def test_a_picture_draws_columns_that_its_queries_return(
    picture: Any, three_releases: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vega draws nothing, and says nothing, where a column is not there."""
    with open_database(three_releases.database) as connection:
        answering = Marts(connection, build_report.QUERIES)
        captions = Captions(answering).of(picture.name, picture.query)
        answer = answering.ask(picture.query)
        recessions = answering.ask("recessions")
        used = drawn(picture.draw(answer, recessions).to_dict())
        assert used and used <= {*answer.columns}
        for column in used:
            rows = [{key: row[key] for key in row if key != column} for row in answer.rows]
            left = Answer(answer.path, "", [c for c in answer.columns if c != column], rows)
            monkeypatch.setattr(answering, "ask", lambda name, left=left: left)
            with pytest.raises(ProjectError, match=f"returns no {column}, which is drawn"):
                draw(picture, answering, captions)


@pytest.mark.parametrize("folder", ["/usr/share/fonts", "/dev/null"])
def test_a_picture_has_the_same_bytes_whatever_fonts_the_machine_has(
    files: dict[str, bytes], database: Path, tmp_path: Path, folder: str
) -> None:
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(f"<fontconfig><dir>{folder}</dir></fontconfig>")
    subprocess.run(
        [sys.executable, ROOT / "scripts" / "build_report.py", "--database", database,
         "--out", tmp_path / "dist"],
        env=os.environ | {"FONTCONFIG_FILE": str(fonts), "HOME": str(tmp_path)},
        check=True, capture_output=True,
    )  # fmt: skip
    assert drawn_in(tmp_path / "dist") == files


def test_the_picture_of_readme_is_the_one_that_is_drawn(files: dict[str, bytes]) -> None:
    assert "](docs/balance.svg)" in (ROOT / "README.md").read_text()
    drawn = files[f"pictures/{build_report.README_PICTURE}"]
    assert (ROOT / "docs" / "balance.svg").read_bytes() == drawn, "run build_report.py --readme"


def drawn_in(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*") if path.is_file()
    }  # fmt: skip


def test_the_pictures_of_an_older_report_go_and_other_folders_stay(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "kept.csv").write_text("kept")
    older = {"pictures/older.svg": files["pictures/balance.svg"], "pictures/older.png": b"png"}
    build_report.write(files | older, tmp_path)
    assert drawn_in(tmp_path) == files | older | {"data/kept.csv": b"kept"}
    build_report.write(files, tmp_path)
    assert drawn_in(tmp_path) == files | {"data/kept.csv": b"kept"}


@pytest.mark.parametrize(
    "name", ["notes.txt", "holiday.png", "mine.svg", "sketches/a.svg", "link.svg"]
)
def test_what_else_stands_among_the_pictures_is_not_lost(
    files: dict[str, bytes], tmp_path: Path, name: str
) -> None:
    build_report.write(files, tmp_path)
    mine = tmp_path / "pictures" / name
    mine.parent.mkdir(exist_ok=True)
    if name.startswith("link"):
        mine.symlink_to(tmp_path / "pictures" / "balance.svg")
    else:
        mine.write_bytes(b"<svg>mine</svg>")
    before = drawn_in(tmp_path)
    with pytest.raises(ProjectError, match="holds what this did not write"):
        build_report.write(files | {"report.html": b"new"}, tmp_path)
    assert drawn_in(tmp_path) == before


def test_a_page_that_cannot_be_written_leaves_the_pictures(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(OSError):
        build_report.write(files, tmp_path, tmp_path / "readme.svg")
    assert not (tmp_path / "pictures").exists()
