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
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

Manifest = dict[str, Any]
Node = dict[str, Any]
Row = dict[str, Any]
Graph = dict[str, set[str]]  # each node's unique id, and those before it

RAN = ("seed", "model", "test")
# macros/report.sql prints the rows of failed tests, except the gate's, and these models' lines.
GATE, MOST_SHOWN = "no_failure_is_unexplained", 5
LINES = ("int_suspect_lines", "int_build_summary")


@dataclass
class Replayed:
    """The outcome of a replay. Names are dbt's, such as `int_cells`."""

    failed: dict[str, list[Row]] = field(default_factory=dict)  # failed data tests, with their rows
    errors: dict[str, str] = field(
        default_factory=dict
    )  # models and tests with an error, and its text
    skipped: set[str] = field(default_factory=set)  # models after a failure or an error
    printed: str = ""

    @property
    def succeeded(self) -> bool:
        return not self.failed and not self.errors


def read_manifest(path: Path) -> Manifest:
    """Return a manifest, with the graph that dbt wrote beside it under `parents` and `waits_for`.

    A node waits for its parents and, after `dbt build`, for the tests of what it descends from.
    """
    manifest: Manifest = json.loads(path.read_text())
    summary = json.loads(path.with_name("graph_summary.json").read_text())
    manifest["parents"] = graph(summary["linked"])
    manifest["waits_for"] = graph(summary.get("with_test_edges") or summary["linked"])
    return manifest


def graph(summary: Mapping[str, Any]) -> Graph:
    """Return the nodes before each node of a summary, which lists those after it."""
    before: Graph = {node["name"]: set() for node in summary.values()}
    for node in summary.values():
        for after in node.get("succ", ()):
            before[summary[str(after)]["name"]].add(node["name"])
    return before


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
    connection: duckdb.DuckDBPyConnection,
    manifest: Manifest,
    *,
    upto: str | None = None,
    progress: Callable[[str], None] = lambda name: None,
) -> Replayed:
    """Run every model and data test in the order of the graph, as `dbt build` does.

    After a failed data test of severity error, or a model with an error, the nodes that depend on
    it are skipped. With ``upto``, run only that model or data test and the models it needs.
    ``progress`` is called with the name of each.
    """
    nodes = {name: node for name, node in manifest["nodes"].items()
             if node["resource_type"] in RAN}  # fmt: skip
    if upto is not None:
        [last] = [name for name, node in nodes.items() if node["name"] == upto]
        nodes = {name: nodes[name] for name in lineage(manifest["parents"], last)}
    waits_for = {name: manifest["waits_for"][name] & nodes.keys() for name in nodes}
    replayed, stopped = Replayed(), set[str]()
    for name in TopologicalSorter(waits_for).static_order():
        node = nodes[name]
        if stopped.isdisjoint(waits_for[name]):
            progress(node["name"])
            if not run(connection, node, replayed):
                stopped.add(name)
        else:
            stopped.add(name)
            if node["resource_type"] == "model":
                replayed.skipped.add(node["name"])
    made = {node["name"] for name, node in nodes.items() if name not in stopped}
    replayed.printed = "".join(f"{line}\n" for line in lines(connection, nodes, made, replayed))
    return replayed


def lineage(parents: Graph, name: str) -> set[str]:
    """Return a node and all that depend on it."""
    found, new = set[str](), {name}
    while new:
        found |= new
        new = set[str]().union(*(parents[one] for one in new)) - found
    return found


def run(connection: duckdb.DuckDBPyConnection, node: Node, replayed: Replayed) -> bool:
    """Run one node and note its faults; return whether the nodes after it may run."""
    try:
        if node["resource_type"] != "test":
            make(connection, node)
            return True
        if rows := fetch(connection, node["compiled_code"]):
            replayed.failed[node["name"]] = rows
        return not rows or node["config"]["severity"].lower() == "warn"
    except duckdb.Error as error:
        replayed.errors[node["name"]] = str(error)
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


def lines(
    connection: duckdb.DuckDBPyConnection,
    nodes: Mapping[str, Node],
    made: set[str],
    replayed: Replayed,
) -> list[str]:
    """Return the lines that dbt would print at the end."""
    severities = {node["name"]: node["config"].get("severity", "").lower()
                  for node in nodes.values()}  # fmt: skip
    printed = []
    for test, rows in replayed.failed.items():
        if test != GATE and severities[test] == "error":
            for row in rows[:MOST_SHOWN]:
                values = (f"{name}={'null' if it is None else it}" for name, it in row.items())
                printed.append(f"{test}: {', '.join(values)}")
            if (more := len(rows) - MOST_SHOWN) > 0:
                printed.append(f"{test}: ... and {more} more")
    for view in (node for name in LINES for node in nodes.values() if node["name"] == name):
        if view["name"] in made:
            found = fetch(connection, f"from {view['relation_name']} order by 1, 2")
            printed += [row["line"] for row in found]
    return printed
