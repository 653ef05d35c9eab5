#!/usr/bin/env python3
"""Write every mart as CSV and Parquet, with a data package that describes them, into dist/.

    us_trade.duckdb  --this-->  dist/<mart>.csv  dist/<mart>.parquet  dist/datapackage.json

The tables, their descriptions and their primary keys are read from the database itself; nothing
is kept by hand here.  The same database gives the same bytes: rows in the order of their primary
key, one thread, a fixed row group, no date of writing.  The folder is written beside and moved
into place whole; a file in it that is not an earlier export's, such as docs.html, stays.

``datapackage.json`` is a Data Package (https://datapackage.org, version 2): one tabular resource
for each mart, its CSV.  Two properties are ours: ``parquet``, the same rows in the other file,
and ``unit`` of a field.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = "marts"
DESCRIPTOR = "datapackage.json"
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
    "TIMESTAMP": "datetime",
    "TINYINT": "integer",
    "SMALLINT": "integer",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "HUGEINT": "integer",
    "FLOAT": "number",
    "DOUBLE": "number",
    "DECIMAL": "number",
}

# A number carries its unit in its name.
UNITS = {
    "_musd": "millions of US dollars",
    "_busd": "billions of US dollars",
    "_pct": "percent",
}


class ExportError(Exception):
    """What is wrong with the database or the folder, and where."""


@dataclass(frozen=True)
class Column:
    name: str
    data_type: str
    description: str
    is_nullable: bool

    @property
    def kind(self) -> str:
        """The Table Schema type; raises KeyError for a type that has none."""
        return TYPES[self.data_type.split("(")[0]]


@dataclass(frozen=True)
class Mart:
    name: str
    description: str
    columns: list[Column]
    primary_key: list[str]
    foreign_keys: list[ForeignKey] = field(default_factory=list)

    @property
    def relation(self) -> str:
        return f"{quoted(SCHEMA)}.{quoted(self.name)}"

    @property
    def key_order(self) -> str:
        return ", ".join(map(quoted, self.primary_key))


@dataclass(frozen=True)
class ForeignKey:
    """A column whose values stand in the single-column primary key of a dimension."""

    column: str
    mart: str
    key: str


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def shown(path: Path) -> str:
    """The path as a person would write it: from the project's root where it lies below that."""
    absolute = Path(os.path.abspath(path))
    return str(absolute.relative_to(ROOT)) if absolute.is_relative_to(ROOT) else str(path)


# --------------------------------------------------------------------------- what is in the file


def open_database(path: Path) -> duckdb.DuckDBPyConnection:
    """The database, read-only, in one thread; raises ExportError."""
    if not path.is_file():
        raise ExportError(f"{shown(path)}: there is no such database; run make first")
    try:
        return duckdb.connect(str(path), read_only=True, config={"threads": "1"})
    except duckdb.Error as error:
        raise ExportError(f"{shown(path)}: cannot be opened: {error}") from None


def read_marts(connection: duckdb.DuckDBPyConnection) -> list[Mart]:
    """Every table of the marts schema, in the order of their names; raises ExportError."""
    tables = connection.execute(
        """
        select table_name, comment from duckdb_tables()
        where schema_name = ? and database_name = current_database() order by table_name
        """,
        [SCHEMA],
    ).fetchall()
    if not tables:
        raise ExportError(f"the database has no table in the schema {SCHEMA}; run make first")
    keys = dict(
        connection.execute(
            """
            select table_name, constraint_column_names from duckdb_constraints()
            where schema_name = ? and database_name = current_database()
              and constraint_type = 'PRIMARY KEY'
            """,
            [SCHEMA],
        ).fetchall()
    )
    marts = [
        Mart(name, tidy(comment), read_columns(connection, name), keys.get(name, []))
        for name, comment in tables
    ]
    faults = list(faults_of(marts))
    if faults:
        raise ExportError("\n".join(faults))
    return [with_foreign_keys(mart, marts) for mart in marts]


def read_columns(connection: duckdb.DuckDBPyConnection, mart: str) -> list[Column]:
    rows = connection.execute(
        """
        select column_name, data_type, comment, is_nullable from duckdb_columns()
        where schema_name = ? and database_name = current_database() and table_name = ?
        order by column_index
        """,
        [SCHEMA, mart],
    ).fetchall()
    return [Column(name, kind, tidy(comment), nullable) for name, kind, comment, nullable in rows]


def tidy(comment: str | None) -> str:
    """A comment on one line."""
    return " ".join((comment or "").split())


def faults_of(marts: Iterable[Mart]) -> Iterator[str]:
    for mart in marts:
        if not mart.description:
            yield f"{SCHEMA}.{mart.name}: has no description"
        if not mart.primary_key:
            yield f"{SCHEMA}.{mart.name}: has no primary key, so its rows have no order"
        for column in mart.columns:
            place = f"{SCHEMA}.{mart.name}.{column.name}"
            if not column.description:
                yield f"{place}: has no description"
            if column.data_type.split("(")[0] not in TYPES:
                yield f"{place}: the type {column.data_type} has no counterpart in Table Schema"


def with_foreign_keys(mart: Mart, marts: Iterable[Mart]) -> Mart:
    """The mart with its foreign keys, which follow from the names.

    A column named as the primary key of a dimension holds values of that key.  Should a name say
    so without meaning it, `check_foreign_key` finds it.
    """
    keys = {
        other.primary_key[0]: other.name
        for other in marts
        if other.name.startswith("dim_") and len(other.primary_key) == 1
    }
    found = [
        ForeignKey(column.name, keys[column.name], column.name)
        for column in mart.columns
        if keys.get(column.name, mart.name) != mart.name
    ]
    return Mart(mart.name, mart.description, mart.columns, mart.primary_key, found)


def check_foreign_key(
    connection: duckdb.DuckDBPyConnection, mart: Mart, foreign_key: ForeignKey
) -> None:
    """Raises ExportError where a value of the column is not in the table it refers to."""
    column, key = quoted(foreign_key.column), quoted(foreign_key.key)
    stray = connection.execute(
        f"""
        select min({column}) from {mart.relation} where {column} not in
          (select {key} from {quoted(SCHEMA)}.{quoted(foreign_key.mart)})
        """
    ).fetchone()[0]
    if stray is not None:
        raise ExportError(
            f"{SCHEMA}.{mart.name}.{foreign_key.column}: {stray!r} is not in"
            f" {SCHEMA}.{foreign_key.mart}.{foreign_key.key}, which the column's name refers to"
        )


# --------------------------------------------------------------------------- what is written


def write_mart(connection: duckdb.DuckDBPyConnection, mart: Mart, folder: Path) -> dict:
    """Write the two files of a mart; the resource that describes them."""
    rows = f"(select * from {mart.relation} order by {mart.key_order})"
    csv, parquet = folder / f"{mart.name}.csv", folder / f"{mart.name}.parquet"
    connection.execute(f"copy {rows} to {text(str(csv))} (format csv, header true)")
    connection.execute(
        f"copy {rows} to {text(str(parquet))}"
        f" (format parquet, compression zstd, row_group_size {ROW_GROUP})"
    )
    count = connection.execute(f"select count(*) from {mart.relation}").fetchone()[0]
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
        "schema": table_schema(mart),
    }


def file_facts(path: Path) -> dict:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"path": path.name, "bytes": path.stat().st_size, "hash": f"sha256:{digest}"}


def table_schema(mart: Mart) -> dict:
    schema: dict = {"fields": [field_of(column) for column in mart.columns]}
    schema["primaryKey"] = mart.primary_key
    if mart.foreign_keys:
        schema["foreignKeys"] = [
            {
                "fields": [foreign_key.column],
                "reference": {"resource": foreign_key.mart, "fields": [foreign_key.key]},
            }
            for foreign_key in mart.foreign_keys
        ]
    return schema


def field_of(column: Column) -> dict:
    described: dict = {
        "name": column.name,
        "type": column.kind,
        "description": column.description,
    }
    unit = next((UNITS[ending] for ending in UNITS if column.name.endswith(ending)), None)
    if unit:
        described["unit"] = unit
    if not column.is_nullable:
        described["constraints"] = {"required": True}
        if column.kind == "string":
            # An empty text is a text here, such as a blank line of the release.
            described["missingValues"] = []
    return described


def describe(connection: duckdb.DuckDBPyConnection, resources: list[dict]) -> dict:
    """The data package; its sources are the releases that were loaded."""
    releases = connection.execute(
        f"select release_id, title, sha256, is_latest from {SCHEMA}.dim_release order by release_id"
    ).fetchall()
    latest = next((key for key, _, _, is_latest in releases if is_latest), None)
    if latest is None:
        raise ExportError(f"{SCHEMA}.dim_release: no release is the latest")
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "us_trade",
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


def write_package(database: Path, folder: Path) -> dict:
    """Write all the files into an empty folder; the data package.  Raises ExportError."""
    with open_database(database) as connection:
        try:
            marts = read_marts(connection)
            for mart in marts:
                for foreign_key in mart.foreign_keys:
                    check_foreign_key(connection, mart, foreign_key)
            resources = [write_mart(connection, mart, folder) for mart in marts]
            package = describe(connection, resources)
        except duckdb.Error as error:
            raise ExportError(f"{shown(database)}: {error}") from None
    content = json.dumps(package, indent=2, ensure_ascii=False) + "\n"
    (folder / DESCRIPTOR).write_text(content, encoding="utf-8")
    return package


# --------------------------------------------------------------------------- all or nothing


def exported_files(folder: Path) -> set[str]:
    """The names of the files that an earlier export wrote into the folder."""
    try:
        package = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
        paths = [(one["path"], one["parquet"]["path"]) for one in package["resources"]]
    except (OSError, ValueError, KeyError, TypeError):
        return {DESCRIPTOR}
    return {DESCRIPTOR}.union(*paths)


def keep_others(old: Path, new: Path) -> None:
    """Link what the folder holds besides an earlier export into the new one."""
    ours = exported_files(old) | {path.name for path in new.iterdir()}
    for path in sorted(old.iterdir()):
        if path.name in ours:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.copytree(path, new / path.name, symlinks=True, copy_function=os.link)
        else:
            os.link(path, new / path.name, follow_symlinks=False)


def swap(new: Path, target: Path) -> None:
    """Move the folder ``new`` to ``target``; what was there is gone, or, if it fails, is back."""
    if not target.exists():
        new.rename(target)
        return
    keep_others(target, new)
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}.old-", dir=target.parent))
    target.rename(old)
    try:
        new.rename(target)
    except BaseException:
        old.rename(target)
        raise
    shutil.rmtree(old)


def export(database: Path, target: Path) -> dict:
    """Export all marts of the database; the data package.  Raises ExportError or OSError."""
    if target.exists() and not target.is_dir():
        raise ExportError(f"{shown(target)}: is not a folder; move it away")
    new = Path(tempfile.mkdtemp(prefix=f".{target.name}.next-", dir=target.parent))
    try:
        package = write_package(database, new)
        new.chmod(0o755)
        swap(new, target)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return package


def default_database() -> Path:
    return Path(os.environ.get("US_TRADE_DB") or ROOT / "us_trade.duckdb")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Write every mart as CSV and Parquet, and a data package that describes them.",
        epilog="example: scripts/export_marts.py --database us_trade.duckdb --out dist",
    )
    parser.add_argument("--database", type=Path, default=default_database(), metavar="FILE",
                        help="the database (default: US_TRADE_DB, or us_trade.duckdb)")  # fmt: skip
    parser.add_argument("--out", type=Path, default=ROOT / "dist", metavar="FOLDER",
                        help="where the files go (default: dist)")  # fmt: skip
    options = parser.parse_args(arguments)
    target = Path(os.path.abspath(options.out))
    try:
        package = export(options.database, target)
    except ExportError as error:
        print(f"{error}\nnothing was written", file=sys.stderr)
        return 1
    except OSError as error:
        reason = f"{error.filename or shown(target)}: {error.strerror}"
        print(f"{reason}; nothing was written", file=sys.stderr)
        return 1
    rows = sum(resource["rows"] for resource in package["resources"])
    print(f"{shown(target)}: {len(package['resources'])} marts, {rows:,} rows, "
          f"release {package['release_id']}")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
