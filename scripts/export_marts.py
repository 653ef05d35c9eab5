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
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb

from export import croissant, latest, sdmx, tables, workbook
from export.dataset import NAME
from export.marts import SCHEMA, Json, Mart, doubts_of, fault_of, read_marts, references
from project import (
    ROOT,
    ProjectError,
    add_database_option,
    main,
    new_folder,
    open_database,
    shown,
    visible,
)

DESCRIPTOR = "datapackage.json"
FILES = (workbook.FILE, latest.FILE, croissant.FILE, sdmx.STRUCTURE, sdmx.DATA, sdmx.CSV)

Warn = Callable[[str], object]


def write_all(connection: duckdb.DuckDBPyConnection, folder: Path, warn: Warn) -> Json:
    """Write all the files into an empty folder; return the data package.  Raise ProjectError."""
    marts = read_marts(connection)
    resources = [
        resource for mart in marts if (resource := write_mart(connection, mart, folder, warn))
    ]
    package = tables.data_package(connection, resources, references(connection, marts))
    workbook.write_workbook(connection, folder)
    latest.write_latest(connection, folder)
    croissant.write_croissant(connection, resources, folder)
    sdmx.write_sdmx(connection, marts, folder)
    package["files"] = [tables.file_facts(folder / name) for name in FILES]
    content = json.dumps(package, indent=2, ensure_ascii=False) + "\n"
    (folder / DESCRIPTOR).write_text(content, encoding="utf-8")
    return package


def write_mart(
    connection: duckdb.DuckDBPyConnection, mart: Mart, folder: Path, warn: Warn
) -> Json | None:
    """Write a mart as far as it goes; return its resource, or None where it is left out."""
    place = f"{SCHEMA}.{visible(mart.name)}"
    fault = fault_of(mart)
    if f"{mart.name}.csv" in FILES:
        fault = "another file of the export has its name"
    try:
        if not fault:
            for doubt in doubts_of(mart):
                warn(f"{place}: {doubt}")
            return tables.write_mart(connection, mart, folder)
    except duckdb.Error as error:
        fault = str(error).partition("\n")[0]
        for half in folder.glob(f"{mart.name}.*"):
            half.unlink()
    warn(f"{place}: is left out: {fault}")
    return None


def is_ours(folder: Path) -> bool:
    """Return whether a folder holds an earlier export and nothing that it does not name."""
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


def to_stderr(warning: str) -> None:
    print(f"warning: {warning}", file=sys.stderr)


def export(database: Path, target: Path, warn: Warn = to_stderr) -> Json:
    """Export all marts; return the data package.  Raise ProjectError or OSError."""
    with new_folder(target, is_ours) as folder, open_database(database, threads="1") as connection:
        try:
            return write_all(connection, folder, warn)
        except duckdb.Error as error:
            raise ProjectError(f"{shown(database)}: {error}") from None


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
