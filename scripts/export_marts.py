"""Write every mart into dist/data/, in the formats that people and programs take.

    us_trade.duckdb  --this-->  <mart>.csv <mart>.parquet datapackage.json   every mart
                                us_trade.xlsx                                those that people read
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
import sys
from pathlib import Path

import duckdb

from export import croissant, sdmx, tables, workbook
from export.dataset import NAME
from export.marts import Json, read_marts
from project import (
    ROOT,
    Progress,
    ProjectError,
    add_database_option,
    main,
    new_folder,
    open_database,
    shown,
)

DESCRIPTOR = "datapackage.json"
FILES = (workbook.FILE, croissant.FILE, sdmx.STRUCTURE, sdmx.DATA, sdmx.CSV)


def write_all(connection: duckdb.DuckDBPyConnection, folder: Path) -> Json:
    """Write all the files into an empty folder; the data package.  Raises ProjectError."""
    marts = read_marts(connection)
    resources = []
    with Progress("export", len(marts) + 3) as told:
        for mart in marts:
            told(detail=mart.name)
            resources.append(tables.write_resource(connection, mart, marts, folder))
        package = tables.data_package(connection, resources)
        told(detail=workbook.FILE)
        workbook.write_workbook(connection, marts, folder)
        told(detail=croissant.FILE)
        croissant.write_croissant(connection, resources, folder)
        told(detail=sdmx.STRUCTURE)
        sdmx.write_sdmx(connection, marts, folder)
    package["files"] = [tables.file_facts(folder / name) for name in FILES]
    content = json.dumps(package, indent=2, ensure_ascii=False) + "\n"
    (folder / DESCRIPTOR).write_text(content, encoding="utf-8")
    return package


def is_ours(folder: Path) -> bool:
    """Whether a folder is an earlier export: its data package, and only files that it names."""
    try:
        package = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
        named = {one["path"] for one in package["resources"]}
        named |= {one["parquet"]["path"] for one in package["resources"]}
        named |= {one["path"] for one in package.get("files", [])}
        is_of_this = package["name"] == NAME
    except (OSError, ValueError, KeyError, TypeError):
        return False
    # Where a folder was looked at on a Mac, .DS_Store says how.
    allowed = named | {DESCRIPTOR, ".DS_Store"}
    return is_of_this and all(path.name in allowed and path.is_file() for path in folder.iterdir())


def export(database: Path, target: Path) -> Json:
    """Export all marts of the database; the data package.  Raises ProjectError or OSError."""
    with new_folder(target, is_ours) as folder, open_database(database, threads="1") as connection:
        try:
            return write_all(connection, folder)
        except duckdb.Error as error:
            raise ProjectError(f"{shown(database)}: {error}") from None


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Write every mart as CSV and Parquet, a workbook, Croissant and SDMX.",
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
