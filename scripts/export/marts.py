"""Read the marts, their columns, keys and units from the database itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import duckdb
import yaml
from yaml import CSafeLoader

from project import ROOT, ProjectError, visible

SCHEMA = "marts"
MODELS = ROOT / "models"

# Table Schema's word for each type of DuckDB; any other type is "any".
TYPES = {
    "VARCHAR": "string",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "datetime",
    **dict.fromkeys(("FLOAT", "DOUBLE", "DECIMAL"), "number"),
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), "integer"),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"), "integer"),
}
# Parquet has no such integer; DuckDB writes it as a DOUBLE of 53 bits.
TOO_WIDE = ("HUGEINT", "UHUGEINT")

# A number carries its unit in its name.
UNITS = {
    "_musd": "millions of US dollars",
    "_busd": "billions of US dollars",
    "_pct": "percent",
}

Json = dict[str, Any]


@dataclass(frozen=True)
class Column:
    name: str
    data_type: str
    description: str
    is_nullable: bool

    @property
    def kind(self) -> str:
        """Return the Table Schema type."""
        return TYPES.get(re.sub(r"\(\d+,\d+\)$", "", self.data_type), "any")

    @property
    def unit(self) -> str | None:
        return next((UNITS[end] for end in UNITS if self.name.endswith(end)), None)


@dataclass(frozen=True)
class Mart:
    name: str
    description: str
    columns: list[Column]
    primary_key: list[str]

    @property
    def relation(self) -> str:
        """Return the table in SQL; its name, a plain word (``fault_of``), may be a keyword."""
        return f'{SCHEMA}."{self.name}"'

    @property
    def order(self) -> str:
        """Return the columns that order the rows: the key, or all columns without one."""
        return ", ".join(f'"{name}"' for name in self.primary_key) or "all"


def read_marts(connection: duckdb.DuckDBPyConnection) -> list[Mart]:
    """Return every table of the schema, in the order of their names; raise ProjectError."""

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
    keys = dict(
        rows(
            "table_name, constraint_column_names",
            "(from duckdb_constraints() where constraint_type = 'PRIMARY KEY')",
            "table_name",
        )
    )
    return [
        Mart(name, on_one_line(comment), columns[name], keys.get(name, []))
        for name, comment in tables
    ]


def on_one_line(comment: str | None) -> str:
    return " ".join((comment or "").split())


def fault_of(mart: Mart) -> str | None:
    """Return why a mart cannot be written; its names become names of files and ids."""
    for name in (mart.name, *(column.name for column in mart.columns)):
        if not re.fullmatch(r"\w+", name):
            return f"{visible(name)} is no plain name; letters, digits and _ are"
    return None


def doubts_of(mart: Mart) -> Iterator[str]:
    """Yield warnings on what the mart's files will lack."""
    if not mart.primary_key:
        yield "has no primary key: its rows are ordered by all columns"
    if not mart.description:
        yield "has no description"
    if names := [column.name for column in mart.columns if not column.description]:
        yield f"columns without description: {', '.join(names)}"
    for column in mart.columns:
        if column.kind == "any":
            yield f"{column.name}: no counterpart of the type {column.data_type} in Table Schema"
        elif column.data_type in TOO_WIDE:
            yield f"{column.name}: Parquet has no {column.data_type}; there it is a DOUBLE"


class Reference(NamedTuple):
    """A column of one mart that holds keys of another."""

    mart: str
    column: str
    to: str
    key: str


def references(connection: duckdb.DuckDBPyConnection, marts: list[Mart]) -> list[Reference]:
    """Return the declared references of the marts that hold in the database."""
    keys = {mart.name: mart.primary_key for mart in marts}
    return [
        one
        for one in sorted(declared())
        if one.mart in keys and keys.get(one.to) == [one.key] and holds(connection, one)
    ]


def declared() -> Iterator[Reference]:
    """Yield the references in the models' `relationships` tests; the database has none."""
    for file in MODELS.rglob("*.yml"):
        for model in yaml.load(file.read_bytes(), CSafeLoader).get("models") or ():
            for test in model.get("data_tests") or ():
                if isinstance(test, dict) and "relationships" in test:
                    given = test["relationships"]["arguments"]
                    to = given["to"].split("'")[
                        -2
                    ]  # of ref('dim_month'), a package's name before it or not
                    yield Reference(model["name"], given["column_name"], to, given["field"])


def holds(connection: duckdb.DuckDBPyConnection, one: Reference) -> bool:
    sql = f"""
        select count(*) from {SCHEMA}."{one.mart}"
        where "{one.column}" not in (select "{one.key}" from {SCHEMA}."{one.to}")
        """
    try:
        return connection.execute(sql).fetchall() == [(0,)]
    except duckdb.BinderException:  # the mart has no such column
        return False
