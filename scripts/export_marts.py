"""Write every mart into dist/data/, in the formats that people and programs take.

    us_trade.duckdb  --this-->  <mart>.csv <mart>.parquet datapackage.json   every mart
                                us_trade.xlsx                                for people
                                latest.json                                  the latest month
                                croissant.json                               for loaders
                                sdmx_structure.xml sdmx_data.xml .csv        the monthly series

The tables, their descriptions and their primary keys are read from the database itself; nothing
is kept by hand here.  The same database gives the same bytes: rows in the order of their primary
key, one thread, a fixed row group, no date of writing.  The folder is the export's own: it is
written beside and moved into place whole, over an earlier export or an empty folder alone.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

import duckdb

from export import croissant, sdmx, tables, workbook
from export.dataset import QUERIES, Json, write_json
from export.tables import Warn
from marts import Marts
from project import ROOT, add_database_option, main, new_folder, open_database, shown

DESCRIPTOR, LATEST = "datapackage.json", "latest.json"
FILES = (workbook.FILE, LATEST, croissant.FILE, sdmx.STRUCTURE, sdmx.DATA, sdmx.CSV)


def write_all(connection: duckdb.DuckDBPyConnection, folder: Path, warn: Warn) -> Json:
    """Write all the files into an empty folder; return the data package.  Raise ProjectError."""
    resources = tables.write_tables(connection, folder, FILES, warn)
    package = tables.data_package(connection, resources)
    workbook.write_workbook(connection, folder)
    write_json(folder / LATEST, Marts(connection, QUERIES).ask("latest").only())
    croissant.write_croissant(connection, resources, folder)
    sdmx.write_sdmx(connection, resources, folder)
    package["files"] = [tables.file_facts(folder / name) for name in FILES]
    write_json(folder / DESCRIPTOR, package)
    return package


def is_ours(folder: Path) -> bool:
    """Return whether a folder holds an earlier export and nothing that it does not name."""
    try:
        package = (folder / DESCRIPTOR).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False
    # Where a folder was looked at on a Mac, .DS_Store says how.
    named = {*re.findall(r'"path": "(.*)"', package), DESCRIPTOR, ".DS_Store"}
    head = json.dumps(tables.HEAD, indent=2).removesuffix("\n}")
    return package.startswith(head) and all(
        path.name in named and path.is_file() for path in folder.iterdir()
    )


def to_stderr(warning: str) -> None:
    print(f"warning: {warning}", file=sys.stderr)


def export(database: Path, target: Path, warn: Warn = to_stderr) -> Json:
    """Export all marts; return the data package.  Raise ProjectError or OSError."""
    with new_folder(target, is_ours) as folder, open_database(database, threads="1") as connection:
        return write_all(connection, folder, warn)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Write every mart as CSV and Parquet, and what is made of them.",
        epilog="example: .venv/bin/python scripts/export_marts.py --out dist/data",
    )
    add_database_option(parser)
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / "data", metavar="FOLDER",
                        help="a folder for the files alone (default: dist/data)")  # fmt: skip
    return parser


def command(options: argparse.Namespace) -> None:
    package = export(options.database, options.out)
    rows = sum(resource["rows"] for resource in package["resources"])
    marts = f"{len(package['resources'])} marts, {rows:,} rows"
    print(f"{shown(options.out)}: {marts}, release {package['release_id']}")


if __name__ == "__main__":
    sys.exit(main(command, parser()))
