"""List how two relations or schemas of a DuckDB connection differ, in columns and rows.

A relation is anything after `from`: a table, a view, a query in brackets, a file.  To
compare two databases, attach both.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

DECIMALS = 9  # of a binary fraction: engines add up in different orders


def differences(
    connection: duckdb.DuckDBPyConnection, one: str, other: str, *, order: str = "all"
) -> list[str]:
    """Return `- row` for each row that ``one`` alone has, `+ row` for those of ``other``.

    A row that stands twice in the one and once in the other differs.  Where columns differ, in
    name or type, that is all that is said.  ``order`` is what the lines of a side are sorted by.
    """
    columns, others = columns_of(connection, one), columns_of(connection, other)
    if list(columns.items()) != list(others.items()):
        sides = (("-", columns), ("+", others))
        return [
            f"{sign} {', '.join(f'{name} {kind}' for name, kind in side.items())}"
            for sign, side in sides
        ]
    return [
        f"{sign} {', '.join('null' if value is None else str(value) for value in row)}"
        for sign, here, there in (("-", one, other), ("+", other, one))
        for row in connection.execute(
            f"({rounded(here, columns)}) except all ({rounded(there, columns)}) order by {order}"
        ).fetchall()
    ]


def differences_of_all(
    connection: duckdb.DuckDBPyConnection, one: str, other: str
) -> Iterator[tuple[str, list[str]]]:
    """Yield each table and view of two schemas, such as `old.marts`, with how it differs."""
    here, there = tables_of(connection, one), tables_of(connection, other)
    for name in sorted(here & there):
        yield name, differences(connection, f"{one}.{name}", f"{other}.{name}")
    for name in sorted(here ^ there):
        yield name, [f"{'-' if name in here else '+'} is there"]


def columns_of(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """Return the type of each column, by name and in order."""
    described = connection.execute(f"describe from {relation}").fetchall()
    return {name: kind for name, kind, *_ in described}


def tables_of(connection: duckdb.DuckDBPyConnection, schema: str) -> set[str]:
    """Return the tables and views of a schema, which its database may stand before."""
    select = """
        select table_name from information_schema.tables
        where $1 in (table_schema, table_catalog || '.' || table_schema)
    """
    return {table for (table,) in connection.execute(select, [schema]).fetchall()}


def rounded(relation: str, columns: dict[str, str]) -> str:
    """Return the query of a relation whose binary fractions are cut to so many decimals."""
    fractions = [
        f'round("{name}", {DECIMALS}) as "{name}"'
        for name, kind in columns.items()
        if kind in ("DOUBLE", "FLOAT")
    ]
    replaced = f" replace ({', '.join(fractions)})" if fractions else ""
    return f"select *{replaced} from {relation}"
