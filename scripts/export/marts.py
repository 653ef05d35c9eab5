"""What is in the database: its marts, read from the database itself, none kept by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from project import ProjectError, quoted, visible

SCHEMA = "marts"

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

# A number carries its unit in its name; in a cell of a sheet the unit is short.
UNITS = {
    "_musd": ("millions of US dollars", "M$"),
    "_busd": ("billions of US dollars", "bn$"),
    "_pct": ("percent", "%"),
}
NO_UNIT = ("", "")
LONGEST_SHEET = 31  # characters that the name of a sheet may have

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

    @property
    def unit(self) -> tuple[str, str]:
        """The unit in words and as a sign."""
        return next((UNITS[end] for end in UNITS if self.name.endswith(end)), NO_UNIT)


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

    @property
    def rows(self) -> str:
        """The query of its rows, in the order of its key."""
        order = ", ".join(f'"{name}"' for name in self.primary_key)
        return f"from {self.relation} order by {order}"

    @property
    def is_a_sheet(self) -> bool:
        """Whether people read it in a spreadsheet.

        Not so is a mart of the lines, numbers or statements of each release: its key is that of the
        release and more, and it grows with every release that is loaded.
        """
        return "release_id" not in self.primary_key or len(self.primary_key) == 1


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
        if mart.is_a_sheet and len(mart.name) > LONGEST_SHEET:
            yield f"{place}: has a longer name than a sheet may have, {LONGEST_SHEET} characters"
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
