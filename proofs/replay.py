"""Run a built project's models and data tests again, on other seeds, in half a second.

`dbt build` takes a dozen seconds, most of them dbt's own.  The manifest that it leaves behind
holds the SQL of every model and data test as DuckDB got it.  Where only the seeds change, that SQL,
run in the order of the graph in one connection, gives what `dbt build` would:

    load_seeds      a folder's seeds, under the names and types that dbt gives them
    replay          all models and data tests (or what one model needs); stops where dbt stops
    failing         the data tests alone, on tables as they stand
    run_unit_tests  the unit tests of a build that ran them
    Replayed        what failed, broke and was skipped, and what dbt would have printed at the end

The database is one that dbt has built, or a copy, which must keep the file's stem: the SQL names
it.  A mart with a contract is emptied and filled again, so that its keys and types hold.  A table
macro stays as it was built: it reads the tables by name when it is asked.

What only dbt itself can show: that it reads this project (yml, contracts, unit tests), stops and
skips as `replay` does, and calls the macro that prints.  One real build and one that stops at the
gate show that.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import jinja2

Manifest = dict[str, Any]
Node = dict[str, Any]
Row = dict[str, Any]

RAN = ("seed", "model", "test")
REPORT = "macro.us_trade.report"  # what on-run-end calls


@dataclass
class Replayed:
    """What a replay came to.  Names are those of dbt, such as `int_cells`."""

    failed: dict[str, list[Row]] = field(default_factory=dict)  # data tests, with their rows
    broken: dict[str, str] = field(default_factory=dict)  # models and tests, with DuckDB's words
    skipped: set[str] = field(default_factory=set)  # models, behind what failed or broke
    printed: str = ""

    @property
    def succeeded(self) -> bool:
        return not self.failed and not self.broken


def read_manifest(path: Path) -> Manifest:
    manifest: Manifest = json.loads(path.read_text())
    return manifest


def load_seeds(connection: duckdb.DuckDBPyConnection, manifest: Manifest, folder: Path) -> None:
    """Load the CSV files of a folder in place of the seeds of these names.

    Raises duckdb.Error where a value is not of the seed's type.
    """
    for seed in of_type(manifest, "seed"):
        if (csv := folder / f"{seed['name']}.csv").exists():
            connection.execute(f'create schema if not exists "{seed["schema"]}"')
            connection.execute(f"drop table if exists {seed['relation_name']}")
            types = seed["config"]["column_types"]
            connection.read_csv(str(csv), header=True, columns=types).create(seed["relation_name"])


def replay(connection: duckdb.DuckDBPyConnection, manifest: Manifest, *, upto: str | None = None,
           told: Callable[[str], None] = lambda name: None) -> Replayed:  # fmt: skip
    """Run every model and data test in the order of the graph, as `dbt build` does.

    What a failed data test of severity error guards, or a broken model feeds, is skipped.  With
    ``upto``, only that model or data test and the models that it needs are run.  ``told`` hears
    the name of each that is to run.
    """
    nodes = {name: node for name, node in manifest["nodes"].items()
             if node["resource_type"] in RAN}  # fmt: skip
    above = ancestors(nodes)
    if upto is not None:
        [last] = [name for name, node in nodes.items() if node["name"] == upto]
        nodes = {name: nodes[name] for name in (*above[last], last)}
    waits_for = edges(nodes, above)
    replayed = Replayed()
    stopped: set[str] = set()
    results = []
    for name in TopologicalSorter(waits_for).static_order():
        node = nodes[name]
        if stopped.isdisjoint(waits_for[name]):
            told(node["name"])
            status, failures = run(connection, node, replayed)
        else:
            status, failures = "skipped", None
            if node["resource_type"] == "model":
                replayed.skipped.add(node["name"])
        if status in ("fail", "error", "skipped"):
            stopped.add(name)
        results.append({"status": status, "node": node, "failures": failures})
    replayed.printed = report(connection, manifest, results)
    return replayed


def run(connection: duckdb.DuckDBPyConnection, node: Node,
        replayed: Replayed) -> tuple[str, int | None]:  # fmt: skip
    """Run one node, and put down what went wrong; returns dbt's status and a test's failures."""
    try:
        if node["resource_type"] != "test":
            make(connection, node)
            return "success", None
        rows = fetch(connection, node["compiled_code"])
    except duckdb.Error as error:
        replayed.broken[node["name"]] = str(error)
        return "error", None
    if not rows:
        return "pass", 0
    replayed.failed[node["name"]] = rows
    return "fail" if node["config"]["severity"].lower() == "error" else "warn", len(rows)


def failing(connection: duckdb.DuckDBPyConnection, manifest: Manifest) -> dict[str, list[Row]]:
    """The data tests that fail on the tables as they stand, with their rows.

    A test that cannot run raises duckdb.Error.
    """
    found = {test["name"]: fetch(connection, test["compiled_code"])
             for test in of_type(manifest, "test")}  # fmt: skip
    return {name: rows for name, rows in found.items() if rows}


def run_unit_tests(connection: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Run what dbt ran for each unit test: its model's columns, and the rows beside those expected.

    ``target`` is that of a build with unit tests; whether they pass, dbt has said.
    """
    for ran in sorted((target / "run").glob("*/models/**/*.yml/models/**/*.sql")):
        compiled = (target / "compiled" / ran.relative_to(target / "run")).read_text()
        connection.execute(f"create temp table unit_test as (select * from ({compiled}) limit 0)")
        connection.execute("describe unit_test").fetchall()
        connection.execute(ran.read_text()).fetchall()
        connection.execute("drop table unit_test")


def of_type(manifest: Manifest, resource_type: str) -> list[Node]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == resource_type]


def ancestors(nodes: dict[str, Node]) -> dict[str, set[str]]:
    """Of each node, all that it depends on, directly or not."""
    parents = {name: reads(node) for name, node in nodes.items()}
    above: dict[str, set[str]] = {}
    for name in TopologicalSorter(parents).static_order():
        above[name] = parents[name].union(*(above[parent] for parent in parents[name]))
    return above


def reads(node: Node) -> set[str]:
    return set(node["depends_on"].get("nodes", ()))  # a seed has none


def edges(nodes: dict[str, Node], above: dict[str, set[str]]) -> dict[str, set[str]]:
    """What each node waits for: its parents, and the data tests of what it descends from.

    The rule is dbt's: a test is waited for by what descends from everything that the test reads.
    """
    waits_for = {name: reads(node) for name, node in nodes.items()}
    tests = {name for name, node in nodes.items() if node["resource_type"] == "test"}
    for name in nodes.keys() - tests:
        waits_for[name] |= {test for test in tests if reads(nodes[test]) and
                            reads(nodes[test]) <= above[name]}  # fmt: skip
    return waits_for


def make(connection: duckdb.DuckDBPyConnection, node: Node) -> None:
    """Make a model's table or view anew; a seed is loaded, and a table macro made, already."""
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


def report(connection: duckdb.DuckDBPyConnection, manifest: Manifest,
           results: list[dict[str, Any]]) -> str:  # fmt: skip
    """What the project's macro prints at the end of a run with these results.

    It is rendered by Jinja with stand-ins for the two things of dbt that it calls.
    """
    said: list[str] = []
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    environment.globals["print"] = said.append
    environment.globals["run_query"] = lambda select: SimpleNamespace(
        rows=fetch(connection, select)
    )
    macros = "".join(manifest["macros"][name]["macro_sql"] for name in macros_of(manifest, REPORT))
    module: Any = environment.from_string(macros).module
    module.report(results)
    return "".join(f"{line}\n" for line in said)


def macros_of(manifest: Manifest, name: str) -> set[str]:
    """A macro of the project, and those that it calls."""
    found: set[str] = set()
    new = {name}
    while new:
        found |= new
        called = {other for one in new for other in manifest["macros"][one]["depends_on"]["macros"]}
        new = {other for other in called if other.startswith("macro.us_trade.")} - found
    return found
