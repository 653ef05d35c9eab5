"""Run a built project's models and data tests again, on other seeds, in half a second.

`dbt build` takes a dozen seconds, most of them dbt's own.  The files that it leaves behind hold the
SQL of every model and data test as DuckDB got it, and the order of them all.  Where only the seeds
change, that SQL, run in that order in one connection, gives what `dbt build` would.

The database is one that dbt has built, or a copy, which must keep the file's stem: the SQL names
it.  A mart with a contract is emptied and filled again, so that its keys and types hold.  A table
macro stays as it was built: it reads the tables by name when it is asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

Manifest = dict[str, Any]
Node = dict[str, Any]
Row = dict[str, Any]

RAN = ("seed", "model", "test")
# macros/report.sql prints the rows of failed tests, except the gate's, and these models' lines.
GATE, MOST_SHOWN = "no_failure_is_unexplained", 5
LINES = ("int_suspect_lines", "int_build_summary")


@dataclass
class Replayed:
    """The outcome of a replay: failed data tests with their rows, and errors, by dbt's names."""

    failed: dict[str, list[Row]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    printed: str = ""

    @property
    def succeeded(self) -> bool:
        return not self.failed and not self.errors


def read_manifest(path: Path) -> Manifest:
    """Return a manifest, with the order that dbt wrote beside it under `waits_for`.

    A node waits for its parents and, after `dbt build`, for the tests of what it descends from.
    """
    manifest: Manifest = json.loads(path.read_text())
    written = json.loads(path.with_name("graph_summary.json").read_text())
    graph = written.get("with_test_edges") or written["linked"]
    waits_for: dict[str, set[str]] = {node["name"]: set() for node in graph.values()}
    for node in graph.values():
        for after in node.get("succ", ()):
            waits_for[graph[str(after)]["name"]].add(node["name"])
    return manifest | {"waits_for": waits_for}


def load_seeds(connection: duckdb.DuckDBPyConnection, manifest: Manifest, folder: Path) -> None:
    """Load the CSV files of a folder in place of the seeds of these names.

    Raises duckdb.Error for a value that is not of the seed's type.
    """
    for seed in manifest["nodes"].values():
        csv = folder / f"{seed['name']}.csv"
        if seed["resource_type"] == "seed" and csv.exists():
            connection.execute(f'create schema if not exists "{seed["schema"]}"')
            connection.execute(f"drop table if exists {seed['relation_name']}")
            types = seed["config"]["column_types"]
            connection.read_csv(str(csv), header=True, columns=types).create(seed["relation_name"])


def replay(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, *, upto: str | None = None
) -> Replayed:
    """Run every model and data test in the order of the graph, as `dbt build` does.

    After a failed data test of severity error, or a model with an error, the nodes that depend on
    it are skipped. With ``upto``, run only that model or data test and the models it needs.
    """
    nodes = {name: node for name, node in manifest["nodes"].items()
             if node["resource_type"] in RAN}  # fmt: skip
    if upto is not None:
        nodes = needed(nodes, upto)
    waits_for = {name: manifest["waits_for"][name] & nodes.keys() for name in nodes}
    replayed, stopped = Replayed(), set[str]()
    for name in TopologicalSorter(waits_for).static_order():
        if waits_for[name] & stopped or not run(connection, nodes[name], replayed):
            stopped.add(name)
    made = {nodes[name]["name"]: nodes[name] for name in nodes.keys() - stopped}
    for model in (made[name] for name in LINES if name in made):
        for row in fetch(connection, f"from {model['relation_name']} order by 1, 2"):
            replayed.printed += f"{row['line']}\n"
    return replayed


def needed(nodes: dict[str, Node], upto: str) -> dict[str, Node]:
    """Return the node of this name, and all that it depends on."""
    found, ahead = {}, [name for name, node in nodes.items() if node["name"] == upto]
    while ahead:
        name = ahead.pop()
        found[name] = nodes[name]
        parents = set(nodes[name]["depends_on"].get("nodes", ()))  # macros have a list of their own
        ahead += (parents & nodes.keys()) - found.keys()
    return found


def run(connection: duckdb.DuckDBPyConnection, node: Node, replayed: Replayed) -> bool:
    """Run one node and note its faults; return whether the nodes after it may run."""
    name = node["name"]
    try:
        if node["resource_type"] != "test":
            make(connection, node)
            return True
        rows = fetch(connection, node["compiled_code"])
    except duckdb.Error as error:
        replayed.errors[name] = str(error)
        return False
    if rows:
        replayed.failed[name] = rows
    if not rows or node["config"]["severity"].lower() == "warn":
        return True
    if name != GATE:
        replayed.printed += "".join(f"{name}: {line}\n" for line in lines(rows))
    return False


def make(connection: duckdb.DuckDBPyConnection, node: Node) -> None:
    """Build a model's table or view; seeds and table macros are there already."""
    relation, materialized = node["relation_name"], node["config"]["materialized"]
    if materialized not in ("table", "view"):
        return
    select = node["compiled_code"]
    if node["config"]["contract"]["enforced"]:
        connection.execute(f"truncate {relation}")
        connection.execute(f"insert into {relation} by name ({select})")
    else:
        connection.execute(f'create schema if not exists "{node["schema"]}"')
        connection.execute(f"create or replace {materialized} {relation} as ({select})")


def fetch(connection: duckdb.DuckDBPyConnection, select: str) -> list[Row]:
    cursor = connection.execute(select)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def lines(rows: list[Row]) -> Iterator[str]:
    """Yield what dbt would print of the rows of a failed test."""
    for row in rows[:MOST_SHOWN]:
        yield ", ".join(f"{name}={'null' if it is None else it}" for name, it in row.items())
    if (more := len(rows) - MOST_SHOWN) > 0:
        yield f"... and {more} more"
