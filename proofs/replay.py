"""The statements of a build, run once more by DuckDB alone: what dbt compiled, without dbt."""

from __future__ import annotations

from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

Manifest = dict[str, Any]


def replay(
    manifest: Manifest, connection: duckdb.DuckDBPyConnection, seeds: Path
) -> dict[str, int]:
    """Load the seeds, make every model and run every data test of a manifest that a build wrote.

    ``seeds`` is the folder of the csv files; the connection's database has the name of the one
    that was built.  Returns the number of failing rows by the name of the test.
    """
    nodes = manifest["nodes"]
    parents = {name: node["depends_on"].get("nodes", []) for name, node in nodes.items()}
    failing = {}
    for name in TopologicalSorter(parents).static_order():
        node = nodes.get(name, {"resource_type": "not a node"})
        relation = node.get("relation_name")
        if node["resource_type"] in ("seed", "model"):
            connection.execute(f'create schema if not exists "{node["schema"]}"')
        if node["resource_type"] == "seed":
            types = ", ".join(f"{name} {kind}" for name, kind in types_of(node).items())
            connection.execute(f"create or replace table {relation} ({types})")
            path = str(seeds / Path(node["path"]).name).replace("'", "''")
            connection.execute(f"copy {relation} from '{path}' (header)")
        elif node["resource_type"] == "model":
            connection.execute(f"create or replace {kind_of(node)} (\n{node['compiled_code']}\n)")
        elif node["resource_type"] == "test":
            sql = f"select count(*) from (\n{node['compiled_code']}\n)"
            failing[node["name"]] = connection.sql(sql).fetchall()[0][0]
    return failing


def types_of(seed: Manifest) -> dict[str, str]:
    return dict(seed["config"]["column_types"])


def kind_of(model: Manifest) -> str:
    """What a model is made as: the start of the statement that makes it."""
    config, relation = model["config"], model["relation_name"]
    if config["materialized"] == "table_function":
        parameters = config["parameters"]
        parameters = [parameters] if isinstance(parameters, str) else parameters
        return f"macro {relation}({', '.join(parameters)}) as table"
    return f"{config['materialized']} {relation} as"
