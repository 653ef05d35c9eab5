"""The bench: what it makes of what it measured; of no time is anything asked."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from proofs.bench import EMPTY, Bench, Run, Size, table_of_queries, table_of_sizes, table_of_ways

from project import Progress, ProjectError


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
