"""Two builds of the same project: the marts in a DuckDB file, and those in a folder of Parquet.

A mart's rows are told apart by its primary key, and all else is compared: the columns' names and
types, numbers as numbers, and binary fractions to a billionth, since engines add up in an order
of their own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from project import ProjectError, open_database

MOST_SHOWN = 3


class Mart(NamedTuple):
    name: str
    key: list[str]


class Compared(NamedTuple):
    marts: int
    rows: int
    faults: list[str]


def marts(manifest: Path) -> list[Mart]:
    """The tables of the schema marts, of a manifest of either target, by name."""
    nodes = json.loads(manifest.read_text())["nodes"].values()
    return sorted(
        Mart(node["alias"], one["columns"])
        for node in nodes
        if node["schema"] == "marts" and node["config"]["materialized"] == "table"
        for one in node["constraints"]
        if one["type"] == "primary_key"
    )


def compare(database: Path, lake: Path, tables: list[Mart]) -> Compared:
    """Each mart row by row.  Raises ProjectError where there is no such database."""
    rows, faults = 0, []
    with open_database(database) as connection:
        for mart in tables:
            files = f"{lake}/marts/{mart.name}/*.parquet"
            connection.execute(f"create or replace temp view here as from marts.{mart.name}")
            [(count,)] = connection.execute("select count(*) from here").fetchall()
            # Sail writes no file of no rows.
            if not list(lake.glob(f"marts/{mart.name}/*.parquet")):
                if count:
                    faults.append(f"{mart.name}: has no file in {lake}")
                continue
            connection.execute(f"create or replace temp view there as from '{files}'")
            columns, others = (
                {name: kind for name, kind, *_ in connection.execute(f"describe {side}").fetchall()}
                for side in ("here", "there")
            )
            if columns != others:
                faults.append(f"{mart.name}: its columns are {others} instead of {columns}")
                continue
            rows += count
            found = connection.execute(difference(columns, mart.key)).fetchall()
            faults += [f"{mart.name}: {row}" for row in found[:MOST_SHOWN]]
            if len(found) > MOST_SHOWN:
                faults.append(f"{mart.name}: ... and {len(found) - MOST_SHOWN} rows more")
    return Compared(len(tables), rows, faults)


def difference(columns: dict[str, str], key: list[str]) -> str:
    """The query of the rows that are not the same in ``here`` and ``there``, which have them."""
    same = " and ".join(f"here.{name} is not distinct from there.{name}" for name in key)
    unlike = [
        f"here.{name} is distinct from there.{name}"
        + (f" and coalesce(abs(here.{name} - there.{name})"
           f" > 1e-9 * greatest(1, abs(here.{name})), true)" if kind == "DOUBLE" else "")
        for name, kind in columns.items()
        if name not in key
    ]  # fmt: skip
    differs = " or ".join(f"({one})" for one in unlike) or "false"
    return f"""
        select here, there
        from (select *, row_number() over (partition by {", ".join(key)}) as copy from here) as here
        full join (
            select *, row_number() over (partition by {", ".join(key)}) as copy from there
        ) as there on {same} and here.copy = there.copy
        where here.copy is null or there.copy is null or {differs}
        order by all
    """


def check(compared: Compared) -> str:
    """What was compared, in words; raises ProjectError where the two are not alike."""
    if compared.faults:
        raise ProjectError("\n".join(["the marts differ:", *compared.faults]))
    return f"{compared.marts} marts, {compared.rows:,} rows: the same in DuckDB and in the lake"
