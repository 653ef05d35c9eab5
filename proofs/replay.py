"""The statements of a build, run once more by DuckDB alone: what dbt compiled, without dbt."""

from __future__ import annotations

from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

Manifest = dict[str, Any]


@dataclass
class Replayed:
    """What a replay came to: the failing rows of each test, and the models not built for them."""

    failing: dict[str, int] = field(default_factory=dict)
    skipped: set[str] = field(default_factory=set)

    @property
    def failed(self) -> set[str]:
        return {name for name, rows in self.failing.items() if rows}


def replay(
    manifest: Manifest,
    connection: duckdb.DuckDBPyConnection,
    seeds: Path | None = None,
    only: set[str] | None = None,
) -> Replayed:
    """Load the seeds, make every model and run every data test of a manifest that a build wrote.

    ``seeds`` is the folder of the csv files, or None where the tables of ``raw`` are there already;
    ``only`` names the models and tests to run, all of them by default.  The connection's
    database has the name of the one that was built.  As in `dbt build`, a model is not made where
    a test of what it reads has failed.
    """
    nodes = {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] in ("seed", "model", "test")
        and (only is None or node["name"] in only or node["resource_type"] == "seed")
    }
    parents = {name: parents_of(node, nodes) for name, node in nodes.items()}
    ancestors = {name: ancestors_of(name, parents) for name in nodes}
    tests = [name for name, node in nodes.items() if node["resource_type"] == "test"]
    # A test stands before whatever reads all that it tests.
    guards = {
        name: {test for test in tests if parents[test] and parents[test] <= ancestors[name]}
        for name, node in nodes.items()
        if node["resource_type"] == "model"
    }
    order = TopologicalSorter({name: parents[name] | guards.get(name, set()) for name in nodes})
    done = Replayed()
    for name in order.static_order():
        node = nodes[name]
        if node["resource_type"] == "test":
            if not {nodes[parent]["name"] for parent in parents[name]} & done.skipped:
                sql = f"select count(*) from (\n{node['compiled_code']}\n)"
                [(done.failing[node["name"]],)] = connection.sql(sql).fetchall()
            continue
        failed = {nodes[test]["name"] for test in guards.get(name, ())} & done.failed
        if failed or {nodes[parent]["name"] for parent in parents[name]} & done.skipped:
            done.skipped.add(node["name"])
        elif node["resource_type"] == "seed":
            if seeds:
                load(connection, node, seeds / Path(node["path"]).name)
        else:
            connection.execute(f'create schema if not exists "{node["schema"]}"')
            connection.execute(f"create or replace {kind_of(node)} (\n{node['compiled_code']}\n)")
    return done


def parents_of(node: Manifest, nodes: Manifest) -> set[str]:
    return {name for name in node["depends_on"].get("nodes", ()) if name in nodes}


def ancestors_of(name: str, parents: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = [name]
    while ahead:
        new = parents[ahead.pop()] - found
        found |= new
        ahead += new
    return found


def load(connection: duckdb.DuckDBPyConnection, seed: Manifest, path: Path) -> None:
    """Make the table of a seed anew from a csv file."""
    connection.execute(f'create schema if not exists "{seed["schema"]}"')
    types = ", ".join(f"{name} {kind}" for name, kind in seed["config"]["column_types"].items())
    connection.execute(f"create or replace table {seed['relation_name']} ({types})")
    quoted = str(path).replace("'", "''")
    connection.execute(f"copy {seed['relation_name']} from '{quoted}' (header)")


def kind_of(model: Manifest) -> str:
    """What a model is made as: the start of the statement that makes it."""
    relation, kind = model["relation_name"], model["config"]["materialized"]
    if kind == "table_function":
        return f"macro {relation}({', '.join(model['config']['meta']['parameters'])}) as table"
    return f"{kind} {relation} as"
