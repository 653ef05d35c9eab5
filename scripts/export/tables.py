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
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
import yaml
from yaml import CSafeLoader

from export import dataset
from export.dataset import QUERIES, Json, latest_release
from marts import Marts
from project import ROOT, ProjectError, sha256, visible

SCHEMA = "marts"
MODELS = ROOT / "models"
ROW_GROUP = 122_880
# The beginning of a formula, after characters that a spreadsheet skips.
FORMULA = r"^\s*[=+@-]"
# Table Schema's word for each type of DuckDB; any other type is "any", as HUGEINT, which Parquet
# does not have either.
KINDS = {
    "VARCHAR": "string",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "datetime",
    r"FLOAT|DOUBLE|DECIMAL\(\d+,\d+\)": "number",
    "U?(TINY|SMALL|BIG)?INT(EGER)?": "integer",
}
# A number carries its unit in its name.
UNITS = {"musd": "millions of US dollars", "busd": "billions of US dollars", "pct": "percent"}
# The tables of the schema, their columns and their primary keys.
MARTS = f"""
select
    tables.table_name,
    tables.comment,
    list(columns order by columns.column_index),
    coalesce(any_value(keys.constraint_column_names), [])
from duckdb_tables() as tables
inner join duckdb_columns() as columns using (database_name, schema_name, table_name)
left join duckdb_constraints() as keys
    on tables.table_oid = keys.table_oid
    and tables.database_name = keys.database_name
    and keys.constraint_type = 'PRIMARY KEY'
where database_name = current_database() and schema_name = '{SCHEMA}'
group by tables.table_name, tables.comment
order by tables.table_name
"""
# The head of what the export writes, by which it knows an earlier one.
HEAD = {"$schema": "https://datapackage.org/profiles/2.0/datapackage.json", "name": dataset.NAME}

Warn = Callable[[str], object]


class Mart(NamedTuple):
    """A table: its columns as DuckDB tells of them, and its primary key, if it has one."""

    name: str
    comment: str | None
    columns: list[Json]
    key: list[str]


def write_tables(
    connection: duckdb.DuckDBPyConnection, folder: Path, taken: Collection[str], warn: Warn
) -> list[Json]:
    """Write every mart as far as it goes; return the resources.  Raise ProjectError.

    ``taken`` are the names of other files of the folder.
    """
    resources: list[Json] = []
    for mart in map(Mart._make, connection.execute(MARTS).fetchall()):
        place = f"{SCHEMA}.{visible(mart.name)}"
        fault = fault_of(mart, taken)
        if not fault:
            try:
                resources.append(write_mart(connection, mart, folder))
            except duckdb.Error as error:
                fault = str(error).partition("\n")[0]
                for half in folder.glob(f"{mart.name}.*"):
                    half.unlink()
        doubts = [f"is left out: {fault}"] if fault else doubts_of(mart, resources[-1])
        for doubt in doubts:
            warn(f"{place}: {doubt}")
    if not resources:
        raise ProjectError(f"the database has no table in the schema {SCHEMA}; run make first")
    return resources


def fault_of(mart: Mart, taken: Collection[str]) -> str:
    """Return why a name of a mart cannot be that of a file and an id; "" where it can."""
    for name in (mart.name, *(column["column_name"] for column in mart.columns)):
        if not re.fullmatch(r"\w+", name):
            return f"{visible(name)} is no plain name; letters, digits and _ are"
    return "another file of the export has its name" if f"{mart.name}.csv" in taken else ""


def write_mart(connection: duckdb.DuckDBPyConnection, mart: Mart, folder: Path) -> Json:
    """Write the two files of a mart; return the resource that describes them."""
    csv, parquet = folder / f"{mart.name}.csv", folder / f"{mart.name}.parquet"
    fields = list(map(field_of, mart.columns))
    order = ", ".join(f'"{name}"' for name in mart.key) or "all"
    source = f'from {SCHEMA}."{mart.name}" order by {order}'
    texts = [f'"{field["name"]}"' for field in fields if field["type"] == "string"]
    harmless = ", ".join(
        f"if(regexp_matches({text}, '{FORMULA}'), '''' || {text}, {text}) as {text}"
        for text in texts
    )
    replaced = f"replace ({harmless})" if texts else ""
    connection.sql(f"select * {replaced} {source}").write_csv(str(csv), header=True)
    data = csv.read_bytes()
    if not data.isascii():
        csv.write_bytes(codecs.BOM_UTF8 + data)
    connection.sql(source).write_parquet(str(parquet), compression="zstd", row_group_size=ROW_GROUP)
    [(count,)] = connection.execute(f'select count(*) from {SCHEMA}."{mart.name}"').fetchall()
    return {
        "name": mart.name,
        "type": "table",
        "description": on_one_line(mart.comment),
        **file_facts(csv),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "rows": count,
        "parquet": file_facts(parquet),
        "schema": {"fields": fields} | ({"primaryKey": mart.key} if mart.key else {}),
    }


def on_one_line(comment: str | None) -> str:
    return " ".join((comment or "").split())


def file_facts(path: Path) -> Json:
    return {"path": path.name, "bytes": path.stat().st_size, "hash": f"sha256:{sha256(path)}"}


def field_of(column: Json) -> Json:
    """Return a column as Table Schema has it."""
    name, data_type = column["column_name"], column["data_type"]
    kinds = (KINDS[one] for one in KINDS if re.fullmatch(one, data_type))
    field = {
        "name": name,
        "type": next(kinds, "any"),
        "description": on_one_line(column["comment"]),
    }
    if unit := UNITS.get(name.rpartition("_")[2]):
        field["unit"] = unit
    if not column["is_nullable"]:
        field["constraints"] = {"required": True}
        if field["type"] == "string":
            # An empty text is not null: a blank line of the release.
            field["missingValues"] = []
    return field


def doubts_of(mart: Mart, resource: Json) -> Iterator[str]:
    """Yield warnings on what the mart's files will lack."""
    fields = resource["schema"]["fields"]
    if not mart.key:
        yield "has no primary key: its rows are ordered by all columns"
    if not resource["description"]:
        yield "has no description"
    if names := [field["name"] for field in fields if not field["description"]]:
        yield f"columns without description: {', '.join(names)}"
    for column, field in zip(mart.columns, fields, strict=True):
        if field["type"] == "any":
            yield f"{field['name']}: the other formats have no type for a {column['data_type']}"


def data_package(connection: duckdb.DuckDBPyConnection, resources: list[Json]) -> Json:
    """Return the data package; its sources are the releases that were loaded."""
    schemas = {one["name"]: one["schema"] for one in resources}
    for mart, column, to, key in sorted(references()):
        schema = schemas.get(mart, {"fields": []})
        is_there = any(field["name"] == column for field in schema["fields"])
        if is_there and schemas.get(to, {}).get("primaryKey") == [key]:
            one = {"fields": [column], "reference": {"resource": to, "fields": [key]}}
            schema.setdefault("foreignKeys", []).append(one)
    latest = latest_release(connection)["release_id"]
    return {
        **HEAD,
        "title": dataset.TITLE,
        "description": dataset.DESCRIPTION,
        "version": latest,
        "release_id": latest,
        "licenses": [dataset.LICENCE],
        "sources": [
            {
                "title": f"{release['title']}; {dataset.PUBLISHER}",
                "release_id": release["release_id"],
                "sha256": release["sha256"],
            }
            for release in Marts(connection, QUERIES).ask("releases").rows
        ],
        "resources": resources,
    }


def references() -> Iterator[tuple[str, str, str, str]]:
    """Yield which column of a mart has keys of which other: the models' `relationships` tests."""
    for file in MODELS.rglob("*.yml"):
        for model in yaml.load(file.read_bytes(), CSafeLoader).get("models") or ():
            for test in model.get("data_tests") or ():
                if isinstance(test, dict) and "relationships" in test:
                    given = test["relationships"]["arguments"]
                    to = re.findall(r"'(\w+)'", given["to"])[-1]  # ref('us_trade', 'dim_month')
                    yield model["name"], given["column_name"], to, given["field"]
