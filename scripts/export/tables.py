"""CSV and Parquet of each mart, and the data package that describes them.

``datapackage.json`` is a Data Package (https://datapackage.org, version 2): one tabular resource
for each mart, its CSV.  Three properties are ours: ``parquet``, the same rows in the other file,
``unit`` of a field, and ``files``, what else was written of the same rows.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from export import dataset
from export.dataset import latest_release, read_releases
from export.marts import Column, Json, Mart, check_foreign_key, foreign_keys
from project import sha256

ROW_GROUP = 122_880


def write_mart(connection: duckdb.DuckDBPyConnection, mart: Mart, folder: Path) -> Json:
    """Write the two files of a mart; the resource that describes them, but for foreign keys."""
    rows = connection.sql(mart.rows)
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
    unit, _ = column.unit
    if unit:
        described["unit"] = unit
    if not column.is_nullable:
        described["constraints"] = {"required": True}
        if column.kind == "string":
            # An empty text is a text here, such as a blank line of the release.
            described["missingValues"] = []
    return described


def write_resource(
    connection: duckdb.DuckDBPyConnection, mart: Mart, marts: list[Mart], folder: Path
) -> Json:
    """Write the two files of a mart; the resource, its foreign keys checked: ProjectError."""
    resource = write_mart(connection, mart, folder)
    keys = foreign_keys(mart, marts)
    for column, dimension in keys.items():
        check_foreign_key(connection, mart, column, dimension)
    if keys:
        resource["schema"]["foreignKeys"] = [
            {"fields": [column], "reference": {"resource": dimension.name, "fields": [column]}}
            for column, dimension in keys.items()
        ]
    return resource


def data_package(connection: duckdb.DuckDBPyConnection, resources: list[Json]) -> Json:
    """The data package; its sources are the releases that were loaded."""
    latest = latest_release(connection)
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": dataset.NAME,
        "title": dataset.TITLE,
        "description": dataset.DESCRIPTION,
        "version": latest.id,
        "release_id": latest.id,
        "licenses": [dataset.LICENCE],
        "sources": [
            {
                "title": f"{release.title}; {dataset.PUBLISHER}",
                "release_id": release.id,
                "sha256": release.sha256,
            }
            for release in read_releases(connection)
        ],
        "resources": resources,
    }
