"""The bench: what it makes of what it measured, and the statements it replays; no time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
from proofs.bench import EMPTY, Bench, Run, Size, table_of_queries, table_of_sizes, table_of_ways
from proofs.replay import replay

from project import Progress, ProjectError


def node(kind: str, name: str, *parents: str, **more: Any) -> dict[str, Any]:
    return {
        "resource_type": kind, "name": name, "schema": "marts", "path": f"{name}.csv",
        "relation_name": f'"us_trade"."marts"."{name}"', "depends_on": {"nodes": list(parents)},
    } | more  # fmt: skip


def test_a_manifest_is_replayed_in_the_order_of_its_nodes(tmp_path: Path) -> None:
    """Models end with comments, paths have quotes and blanks, a test counts the rows that fail."""
    seeds = tmp_path / "it's a folder"
    seeds.mkdir()
    (seeds / "numbers.csv").write_text('n,word\n1,"a, b"\n2,\n')
    types = {"n": "integer", "word": "varchar"}
    table, macro = {"materialized": "table"}, {"materialized": "table_function", "parameters": "k"}
    numbers, doubled, more = (f"us_trade.marts.{name}" for name in ("numbers", "doubled", "more"))
    four, sum_, twice = (
        f"select * from {doubled} where n = 4 -- to fail",
        f"select n + k as n from {doubled} -- more",
        f"select 2 * n as n, word from {numbers} -- twice",
    )
    manifest = {"nodes": {
        "test": node("test", "none_is_four", "model", "macro", compiled_code=four),
        "macro": node("model", "more", "model", config=macro, compiled_code=sum_),
        "model": node("model", "doubled", "seed", config=table, compiled_code=twice),
        "seed": node("seed", "numbers", config={"column_types": types}),
    }}  # fmt: skip
    with duckdb.connect(tmp_path / "us_trade.duckdb") as connection:
        assert replay(manifest, connection, seeds) == {"none_is_four": 1}
        assert connection.sql(f"from {doubled} order by n").fetchall() == [(2, "a, b"), (4, None)]
        assert connection.sql(f"from {more}(1) order by n").fetchall() == [(3,), (5,)]


def test_what_is_measured_stands_in_three_tables() -> None:
    ways = {"make": 3.0, EMPTY: 2.0}
    assert table_of_ways(ways).splitlines()[2:] == [
        "| dbt, an empty project | 2.00 s |    1.00 |",
        "| make                  | 3.00 s |    1.50 |",
    ]
    answers = dict.fromkeys(("a", "b"), (0.0104, 0.002))
    sizes = {
        "1": Size(Run(0.1, 20), Run(10, 300), 3771, 2**20, answers),
        "40": Size(Run(1, 30), Run(25, 400), 148572, 2**25, answers),
    }
    last = table_of_sizes(sizes, empty=5).splitlines()[-1]
    assert [cell.strip() for cell in last.strip("|").split("|")] == [
        *("40", "148,572", "1.00 s", "30 MiB", "25.0 s", "5.0", "2.5", "400 MiB", "32.0 MiB"),
    ]
    queries = table_of_queries(sizes, ["b"]).splitlines()
    assert queries[2] == "| b                     | 10 / 2 ms | 10 / 2 ms |"


def test_a_command_that_fails_ends_the_bench_with_its_words(tmp_path: Path) -> None:
    bench = Bench(1, Progress("bench"))
    assert bench.measure("nothing", [sys.executable, "-c", "pass"], cwd=tmp_path).peak_mib > 1
    with pytest.raises(ProjectError, match="something failed:\nno luck"):
        bench.measure("something", [sys.executable, "-c", "exit('no luck')"], cwd=tmp_path)
