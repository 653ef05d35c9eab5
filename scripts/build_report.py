"""Draw the report: dist/report.html, dist/audit.html and, in dist/pictures/, their pictures.

    us_trade.duckdb  --scripts/report/queries/*.sql-->  rows  --this-->  report.html  pictures/

Nothing is computed here.  Every number is the result of a query, which reads the schema ``marts``,
and captions.j2 says of its rows what there is to say.  A picture of which that is nothing, as of
revisions with one release, is left out.  The same database gives the same bytes, whatever fonts the
machine has.

Exit status: 0, or 1 where the database cannot be read or a query fails; then nothing is written.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import vl_convert

from marts import Marts
from project import ROOT, add_database_option, main, new_folder, open_database, put, shown
from report import QUERIES
from report.captions import Captions
from report.page import render
from report.pictures import PICTURES, draw

README_PICTURE = "balance.svg"


def files(database: Path) -> dict[str, bytes]:
    """Return the pages and the pictures by their paths in the folder; raise ProjectError."""
    # One thread: sums of fractions come out the same, in whatever order they were added.
    with open_database(database, threads="1") as connection:
        marts = Marts(connection, QUERIES)
        captions = Captions(marts)
        drawings = {
            picture.name: draw(picture, marts, said)
            for picture in PICTURES if (said := captions.of(picture.name, picture.query))
        }  # fmt: skip
        made = {name: html.encode() for name, html in render(marts, captions, drawings).items()}
    for name, drawing in drawings.items():
        made[f"pictures/{name}.svg"] = drawing.file.encode() + b"\n"
        made[f"pictures/{name}.png"] = vl_convert.svg_to_png(drawing.file, scale=2)
    return made


def is_of_pictures(folder: Path) -> bool:
    """Return whether this drew all that is in a folder: SVGs that say so, a PNG of each at most."""
    entries = [*folder.iterdir()]
    ours = {
        entry.stem for entry in entries
        if entry.suffix == ".svg" and b"Source: U.S. Census Bureau" in entry.read_bytes()
    }  # fmt: skip
    return all(
        entry.stem in ours and entry.suffix in (".svg", ".png") and not entry.is_symlink()
        for entry in entries
    )


def write(drawn: dict[str, bytes], out: Path, readme_picture: Path | None = None) -> None:
    """Write the files; the folder of pictures then holds these and no older ones.

    Raise ProjectError where that folder holds anything else, and OSError.
    """
    with new_folder(out / "pictures", is_of_pictures) as pictures:
        for path, data in drawn.items():
            if path.startswith("pictures/"):
                put(pictures / Path(path).name, data)
        if readme_picture:
            put(readme_picture, drawn[f"pictures/{README_PICTURE}"])
        for path, data in drawn.items():
            if path.endswith(".html"):
                put(out / path, data)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        description="Draw the report, and every picture of it as SVG and PNG, into dist/.",
        epilog="example: .venv/bin/python scripts/build_report.py --out dist",
    )
    add_database_option(made)
    made.add_argument("--out", type=Path, default=ROOT / "dist", metavar="FOLDER",
                      help="where the files go (default: dist)")  # fmt: skip
    made.add_argument("--readme", action="store_true",
                      help=f"write README's docs/{README_PICTURE} too")  # fmt: skip
    return made


def command(options: argparse.Namespace) -> None:
    drawn = files(options.database)
    write(drawn, options.out, ROOT / "docs" / README_PICTURE if options.readme else None)
    size = len(drawn["report.html"]) / 1e6
    print(f"report      {shown(options.out / 'report.html')}: {size:.1f} MB")
    count = sum(path.endswith(".png") for path in drawn)
    print(f"pictures    {shown(options.out / 'pictures')}: {count}, as SVG and PNG")


if __name__ == "__main__":
    sys.exit(main(command, parser()))
