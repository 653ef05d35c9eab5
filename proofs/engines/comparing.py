"""Whether two databases are alike: tables and views, columns, comments, keys, macros, every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from project import open_database
from proofs.replay import fetch

# What there is of each kind: a name, and what is to be the same of it.
CATALOG = {
    "table": """
        select schema_name || '.' || table_name as name, 'table' as kind, comment
        from duckdb_tables()
        where database_name = current_database()
        union all
        select schema_name || '.' || view_name as name, 'view' as kind, comment
        from duckdb_views()
        where database_name = current_database() and not internal
    """,
    "column": """
        select
            schema_name || '.' || table_name || '.' || column_name as name,
            column_index as place, data_type as type, is_nullable, column_default, comment
        from duckdb_columns()
        where database_name = current_database() and not internal
    """,
    "key": """
        select
            schema_name || '.' || table_name || ': ' || lower(constraint_type)
            || ' (' || array_to_string(constraint_column_names, ', ') || ')' as name,
            constraint_text as text
        from duckdb_constraints()
        where database_name = current_database()
    """,
    "table macro": """
        select
            schema_name || '.' || function_name as name,
            array_to_string(parameters, ', ') as parameters, macro_definition, comment
        from duckdb_functions()
        where database_name = current_database() and not internal
    """,
}

Catalog = dict[str, dict[str, dict[str, Any]]]


@dataclass
class Compared:
    """How many of each kind were compared, and where the two are not alike."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def compare(one: tuple[str, Path], other: tuple[str, Path]) -> Compared:
    """Compare two databases, each with the name of what built it; raises ProjectError."""
    compared = Compared()
    names = one[0], other[0]
    with open_database(one[1]) as first, open_database(other[1]) as second:
        found, beside = catalog(first), catalog(second)
        for kind in CATALOG:
            compared.counts[kind] = len(found[kind])
            compared.faults += unlike(kind, found[kind], beside[kind], names)
        for name in sorted(found["table"].keys() & beside["table"].keys()):
            rows, others = rows_of(first, name), rows_of(second, name)
            compared.counts["row"] += rows.total()
            compared.faults += unlike_rows(name, rows, others, names)
    return compared


def catalog(connection: duckdb.DuckDBPyConnection) -> Catalog:
    return {
        kind: {row.pop("name"): row for row in fetch(connection, select)}
        for kind, select in CATALOG.items()
    }


def unlike(kind: str, found: dict[str, dict[str, Any]], beside: dict[str, dict[str, Any]],
           names: tuple[str, str]) -> Iterator[str]:  # fmt: skip
    for name in sorted(found.keys() | beside.keys()):
        if name not in found or name not in beside:
            yield f"{kind} {name}: only {names[name not in found]} has it"
            continue
        for what, value in found[name].items():
            if value != beside[name][what]:
                yield f"{kind} {name}: {what} is {value!r} in {names[0]}, " \
                    f"{beside[name][what]!r} in {names[1]}"  # fmt: skip


def rows_of(connection: duckdb.DuckDBPyConnection, name: str) -> Counter[tuple[Any, ...]]:
    return Counter(connection.execute(f"from {name}").fetchall())


def unlike_rows(name: str, rows: Counter[tuple[Any, ...]], others: Counter[tuple[Any, ...]],
                names: tuple[str, str]) -> Iterator[str]:  # fmt: skip
    for surplus, whose in ((rows - others, names[0]), (others - rows, names[1])):
        if surplus:
            yield f"{name}: {surplus.total():,} rows only in {whose}, such as {next(iter(surplus))}"
