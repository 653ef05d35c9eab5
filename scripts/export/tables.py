"""CSV and Parquet of each mart, and the data package that describes them.

``datapackage.json`` is a Data Package (https://datapackage.org, version 2): one tabular resource
for each mart, its CSV.  Three properties are ours: ``parquet``, the same rows in the other file,
``unit`` of a field, and ``files``, what else was written of the same rows.

A CSV is for programs and for spreadsheets, which differ from Parquet in two places:
- A file with letters that are not ASCII begins with a byte order mark, by which Excel knows UTF-8.
- A text that a spreadsheet would run as a formula has an apostrophe before it: ``FORMULA``.
"""

from __future__ import annotations

import codecs
from pathlib import Path

import duckdb

from export import dataset
from export.dataset import latest_release, read_releases
from export.marts import Column, Json, Mart, Reference
from project import sha256

ROW_GROUP = 122_880
# The beginning of a formula, after characters that a spreadsheet skips.
FORMULA = r"^\s*[=+@-]"


def write_mart(connection: duckdb.DuckDBPyConnection, mart: Mart, folder: Path) -> Json:
    """Write the two files of a mart; return the resource that describes them."""
    csv, parquet = folder / f"{mart.name}.csv", folder / f"{mart.name}.parquet"
    source = f"from {mart.relation} order by {mart.order}"
    texts = [f'"{column.name}"' for column in mart.columns if column.kind == "string"]
    harmless = ", ".join(
        f"if(regexp_matches({text}, '{FORMULA}'), '''' || {text}, {text}) as {text}"
        for text in texts
    )
    replaced = f"replace ({harmless})" if texts else ""
    connection.sql(f"select * {replaced} {source}").write_csv(str(csv), header=True)
    mark(csv)
    connection.sql(source).write_parquet(str(parquet), compression="zstd", row_group_size=ROW_GROUP)
    [(count,)] = connection.execute(f"select count(*) from {mart.relation}").fetchall()
    schema = {"fields": list(map(field_of, mart.columns))}
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
        "schema": schema | ({"primaryKey": mart.primary_key} if mart.primary_key else {}),
    }


def mark(csv: Path) -> None:
    """Put a byte order mark before a text that is not ASCII."""
    data = csv.read_bytes()
    if not data.isascii():
        csv.write_bytes(codecs.BOM_UTF8 + data)


def file_facts(path: Path) -> Json:
    return {"path": path.name, "bytes": path.stat().st_size, "hash": f"sha256:{sha256(path)}"}


def field_of(column: Column) -> Json:
    described: Json = {
        "name": column.name,
        "type": column.kind,
        "description": column.description,
    }
    if column.unit:
        described["unit"] = column.unit
    if not column.is_nullable:
        described["constraints"] = {"required": True}
        if column.kind == "string":
            # An empty text is not null: a blank line of the release.
            described["missingValues"] = []
    return described


def data_package(
    connection: duckdb.DuckDBPyConnection, resources: list[Json], references: list[Reference]
) -> Json:
    """Return the data package; its sources are the releases that were loaded."""
    for resource in resources:
        if keys := [
            {"fields": [one.column], "reference": {"resource": one.to, "fields": [one.key]}}
            for one in references
            if one.mart == resource["name"]
        ]:
            resource["schema"]["foreignKeys"] = keys
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
