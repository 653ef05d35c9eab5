"""Write every mart as CSV and Parquet, with a data package that describes them, into dist/data/.

    us_trade.duckdb  --this-->  dist/data/<mart>.csv  <mart>.parquet  datapackage.json

The tables, their descriptions and their primary keys are read from the database itself; nothing
is kept by hand here.  The same database gives the same bytes: rows in the order of their primary
key, one thread, a fixed row group, no date of writing.  The folder is the export's own: it is
written beside and moved into place whole, over an earlier export or an empty folder alone.

``datapackage.json`` is a Data Package (https://datapackage.org, version 2): one tabular resource
for each mart, its CSV.  Two properties are ours: ``parquet``, the same rows in the other file,
and ``unit`` of a field.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from project import (
    ROOT,
    Progress,
    ProjectError,
    add_database_option,
    main,
    new_folder,
    open_database,
    quoted,
    sha256,
    shown,
    visible,
)

SCHEMA = "marts"
DESCRIPTOR = "datapackage.json"
NAME = "us_trade"
ROW_GROUP = 122_880

TITLE = "U.S. international trade in goods and services, monthly and annual, from 1992"
PUBLISHER = "U.S. Census Bureau and U.S. Bureau of Economic Analysis"
LICENCE = {
    "name": "other-pd",
    "title": "Public domain: a work of the United States government (17 U.S.C. 105)",
}

# Table Schema's word for each type of DuckDB that a mart may have.
TYPES = {
    "VARCHAR": "string",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "DOUBLE": "number",
    "DECIMAL": "number",
}

# A number carries its unit in its name.
UNITS = {
    "_musd": "millions of US dollars",
    "_busd": "billions of US dollars",
    "_pct": "percent",
}

# What was announced is of every month and release, those that are not loaded too.
BEYOND_DIMENSIONS = {"mart_headline_revisions"}

Json = dict[str, Any]


@dataclass(frozen=True)
class Column:
    name: str
    data_type: str
    description: str
    is_nullable: bool

    @property
    def kind(self) -> str | None:
        """The Table Schema type, or None where there is none."""
        return TYPES.get(self.data_type.partition("(")[0])


@dataclass(frozen=True)
class Mart:
    name: str
    description: str
    columns: list[Column]
    primary_key: list[str]

    @property
    def relation(self) -> str:
        """The table in SQL; its name, a plain word (``faults_of``), may be a keyword."""
        return f'{SCHEMA}."{self.name}"'


# --------------------------------------------------------------------------- what is in the file


def read_marts(connection: duckdb.DuckDBPyConnection) -> list[Mart]:
    """Every table of the marts schema, in the order of their names; raises ProjectError."""

    def rows(columns: str, source: str, order: str) -> list[Any]:
        here = "schema_name = ? and database_name = current_database()"
        sql = f"select {columns} from {source} where {here} order by {order}"
        return connection.execute(sql, [SCHEMA]).fetchall()

    tables = rows("table_name, comment", "duckdb_tables()", "table_name")
    if not tables:
        raise ProjectError(f"the database has no table in the schema {SCHEMA}; run make first")
    columns: dict[str, list[Column]] = {name: [] for name, _ in tables}
    described = "table_name, column_name, data_type, comment, is_nullable"
    for mart, name, data_type, comment, is_nullable in rows(
        described, "duckdb_columns()", "column_index"
    ):
        if mart in columns:  # it may be one of a view
            columns[mart].append(Column(name, data_type, on_one_line(comment), is_nullable))
    constraints = rows(
        "table_name, constraint_column_names",
        "(from duckdb_constraints() where constraint_type = 'PRIMARY KEY')",
        "table_name",
    )
    keys = dict(constraints)
    marts = [
        Mart(name, on_one_line(comment), columns[name], keys.get(name, []))
        for name, comment in tables
    ]
    if faults := list(faults_of(marts)):
        raise ProjectError("\n".join(faults))
    return marts


def on_one_line(comment: str | None) -> str:
    return " ".join((comment or "").split())


def faults_of(marts: Iterable[Mart]) -> Iterator[str]:
    """What stands in the way of describing the marts; their names become those of files."""
    plain = "is no plain name; letters, digits and _ are"
    for mart in marts:
        place = f"{SCHEMA}.{visible(mart.name)}"
        if not re.fullmatch(r"\w+", mart.name):
            yield f"{place}: {plain}"
        if not mart.description:
            yield f"{place}: has no description"
        if not mart.primary_key:
            yield f"{place}: has no primary key, so its rows have no order"
        for column in mart.columns:
            name = f"{place}.{visible(column.name)}"
            if not re.fullmatch(r"\w+", column.name):
                yield f"{name}: {plain}"
            if not column.description:
                yield f"{name}: has no description"
            if not column.kind:
                yield f"{name}: the type {column.data_type} has no counterpart in Table Schema"


def foreign_keys(mart: Mart, marts: Iterable[Mart]) -> dict[str, Mart]:
    """The columns of a mart that hold keys of a dimension, which follow from the names.

    A column named as the primary key of a dimension holds values of that key.  Should a name say
    so without meaning it, `check_foreign_key` finds it.
    """
    dimensions = {
        other.primary_key[0]: other
        for other in marts
        if other.name.startswith("dim_") and len(other.primary_key) == 1
    }
    return {
        column.name: dimensions[column.name]
        for column in mart.columns
        if dimensions.get(column.name, mart) is not mart and mart.name not in BEYOND_DIMENSIONS
    }


def check_foreign_key(
    connection: duckdb.DuckDBPyConnection, mart: Mart, column: str, dimension: Mart
) -> None:
    """Raises ProjectError where a value of the column is not in the dimension it refers to."""
    sql = f"""
        select min("{column}") from {mart.relation}
        where "{column}" not in (select "{column}" from {dimension.relation})
        """
    [(stray,)] = connection.execute(sql).fetchall()
    if stray is not None:
        raise ProjectError(
            f"{SCHEMA}.{mart.name}.{column}: {quoted(str(stray))} is not in "
            f"{SCHEMA}.{dimension.name}.{column}, which the column's name refers to"
        )


# --------------------------------------------------------------------------- what is written


def write_mart(connection: duckdb.DuckDBPyConnection, mart: Mart, folder: Path) -> Json:
    """Write the two files of a mart; the resource that describes them, but for foreign keys."""
    order = ", ".join(f'"{name}"' for name in mart.primary_key)
    rows = connection.sql(f"select * from {mart.relation} order by {order}")
    csv, parquet = folder / f"{mart.name}.csv", folder / f"{mart.name}.parquet"
    rows.write_csv(str(csv), header=True)
    rows.write_parquet(str(parquet), compression="zstd", row_group_size=ROW_GROUP)
    [(count,)] = connection.execute(f"select count(*) from {mart.relation}").fetchall()
    return {
        "name": mart.name,
        "type": "table",
        "description": mart.description,
        **file_facts(csv),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "rows": count,
        "parquet": file_facts(parquet),
        "schema": {"fields": list(map(field_of, mart.columns)), "primaryKey": mart.primary_key},
    }


def file_facts(path: Path) -> Json:
    return {"path": path.name, "bytes": path.stat().st_size, "hash": f"sha256:{sha256(path)}"}


def field_of(column: Column) -> Json:
    described: Json = {
        "name": column.name,
        "type": column.kind,
        "description": column.description,
    }
    if unit := next((UNITS[ending] for ending in UNITS if column.name.endswith(ending)), None):
        described["unit"] = unit
    if not column.is_nullable:
        described["constraints"] = {"required": True}
        if column.kind == "string":
            # An empty text is a text here, such as a blank line of the release.
            described["missingValues"] = []
    return described


def describe(connection: duckdb.DuckDBPyConnection, resources: list[Json]) -> Json:
    """The data package; its sources are the releases that were loaded."""
    releases = connection.execute(
        f"select release_id, title, sha256, is_latest from {SCHEMA}.dim_release order by release_id"
    ).fetchall()
    latest = next((key for key, _, _, is_latest in releases if is_latest), None)
    if latest is None:
        raise ProjectError(f"{SCHEMA}.dim_release: no release is the latest")
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": NAME,
        "title": TITLE,
        "description": (
            "Exports, imports and balance of goods and services, seasonally adjusted, on a"
            " balance-of-payments basis, nominal, as printed in the release; each number checked"
            " against every other that it must agree with, and traceable to its line."
        ),
        "version": latest,
        "release_id": latest,
        "licenses": [LICENCE],
        "sources": [
            {"title": f"{title}; {PUBLISHER}", "release_id": key, "sha256": sha256}
            for key, title, sha256, _ in releases
        ],
        "resources": resources,
    }


def write_package(connection: duckdb.DuckDBPyConnection, folder: Path) -> Json:
    """Write all the files into an empty folder; the data package.  Raises ProjectError."""
    marts = read_marts(connection)
    resources = []
    with Progress("export", len(marts)) as told:
        for mart in marts:
            told(detail=mart.name)
            resource = write_mart(connection, mart, folder)
            keys = foreign_keys(mart, marts)
            for column, dimension in keys.items():
                check_foreign_key(connection, mart, column, dimension)
            if keys:
                resource["schema"]["foreignKeys"] = [
                    {
                        "fields": [column],
                        "reference": {"resource": dimension.name, "fields": [column]},
                    }
                    for column, dimension in keys.items()
                ]
            resources.append(resource)
    package = describe(connection, resources)
    content = json.dumps(package, indent=2, ensure_ascii=False) + "\n"
    (folder / DESCRIPTOR).write_text(content, encoding="utf-8")
    return package


# --------------------------------------------------------------------------- the command


def is_ours(folder: Path) -> bool:
    """Whether a folder is an earlier export: its data package, and only files that it names."""
    try:
        package = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
        named = {one["path"] for one in package["resources"]}
        named |= {one["parquet"]["path"] for one in package["resources"]}
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
            return write_package(connection, folder)
        except duckdb.Error as error:
            raise ProjectError(f"{shown(database)}: {error}") from None


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Write every mart as CSV and Parquet, and a data package that describes them.",
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
